namespace Cluster.Storage;

/// <summary>Another process, or another log of this process, has the folder open.</summary>
public sealed class LogInUseException : IOException
{
    /// <summary>Names the folder and who holds it.</summary>
    public LogInUseException(string directory, string holder)
        : base($"the log folder {directory} is in use by {holder}. Stop that process, or give this one a folder of its own")
    {
        Directory = directory;
    }

    /// <summary>The folder that was asked for.</summary>
    public string Directory { get; }
}
