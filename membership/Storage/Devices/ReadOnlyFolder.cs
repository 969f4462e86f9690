namespace Cluster.Storage.Devices;

/// <summary>
/// A folder that is only looked at: nothing is locked, made or changed, so that a running daemon is not disturbed and a damaged
/// folder stays as it is.
/// </summary>
internal sealed class ReadOnlyFolder(string directory) : IStorageDevice
{
    /// <inheritdoc/>
    public string Describe(string name) => Path.Combine(directory, name);

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))];

    /// <inheritdoc/>
    public IDurableFile Open(string name) => new DurableFile(NativeMethods.OpenForReading(Describe(name)), Describe(name));

    /// <inheritdoc/>
    public IDurableFile Create(string name) => throw ReadOnly();

    /// <inheritdoc/>
    public void Rename(string from, string to) => throw ReadOnly();

    /// <inheritdoc/>
    public void Delete(string name) => throw ReadOnly();

    /// <inheritdoc/>
    public void SyncDirectory() => throw ReadOnly();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static NotSupportedException ReadOnly() => new("an inspected folder is not changed");
}
