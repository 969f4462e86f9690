namespace Cluster.Storage.Devices;

/// <summary>
/// A folder whose names are synced by several threads. The kernel reports a failed directory sync to whoever syncs first, and
/// success to the next one (fsync(2)): so that the log can't take a success for its own after another thread met the failure, every
/// sync after a failed one fails.
/// </summary>
internal sealed class GuardedDevice(IStorageDevice device) : IStorageDevice
{
    private readonly Lock _gate = new();
    private IOException? _failure;

    /// <inheritdoc/>
    public string Describe(string name) => device.Describe(name);

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => device.List();

    /// <inheritdoc/>
    public IDurableFile Create(string name) => device.Create(name);

    /// <inheritdoc/>
    public IDurableFile Open(string name) => device.Open(name);

    /// <inheritdoc/>
    public void Rename(string from, string to) => device.Rename(from, to);

    /// <inheritdoc/>
    public void Delete(string name) => device.Delete(name);

    /// <inheritdoc/>
    public void SyncDirectory()
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw new IOException("an earlier sync of the folder failed: " + _failure.Message, _failure);
            }

            try
            {
                device.SyncDirectory();
            }
            catch (IOException e)
            {
                _failure = e;
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => device.Dispose();
}
