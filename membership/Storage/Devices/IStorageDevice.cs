namespace Cluster.Storage.Devices;

/// <summary>The folder of a log, held exclusively while open. The seam under which tests put a disk that crashes.</summary>
internal interface IStorageDevice : IDisposable
{
    /// <summary>How messages name a file of this folder.</summary>
    string Describe(string name);

    /// <summary>The names of the files.</summary>
    IReadOnlyList<string> List();

    /// <summary>Makes a file that must not exist.</summary>
    IDurableFile Create(string name);

    /// <summary>Opens a file for reading and writing.</summary>
    IDurableFile Open(string name);

    /// <summary>Gives a file another name that must not be taken; durable only after <see cref="SyncDirectory"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file; durable only after <see cref="SyncDirectory"/>.</summary>
    void Delete(string name);

    /// <summary>Returns when the names in the folder are on disk.</summary>
    void SyncDirectory();
}
