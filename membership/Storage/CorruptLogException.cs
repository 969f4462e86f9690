namespace Cluster.Storage;

/// <summary>
/// The log on disk holds something that no crash can explain. It was left untouched. Going on would mean to forget entries or
/// votes that others count on, so the node must not start with it.
/// </summary>
public sealed class CorruptLogException : IOException
{
    /// <summary>Names the place and the finding; the message adds what to do.</summary>
    public CorruptLogException(string file, long offset, string finding)
        : base($"the log is damaged: {file} at byte {offset}: {finding}. Nothing was changed. Keep the folder and check the disk. "
            + "An exact copy from after this node's last stop may take its place; an older one forgets votes and is as bad as "
            + "none. Else remove the node from the cluster and let it join again as a new member with an empty folder")
    {
        File = file;
        Offset = offset;
        Finding = finding;
    }

    /// <summary>The damaged segment.</summary>
    public string File { get; }

    /// <summary>Where in the segment the first damaged or missing record begins, in bytes.</summary>
    public long Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string Finding { get; }
}
