using Cluster.Consensus;

namespace Cluster.Runtime.Loop;

/// <summary>Where what is known of snapshots is noted, and from where everybody reads it.</summary>
internal sealed class SnapshotBoard
{
    private readonly Lock _gate = new();
    private SnapshotStatus _current = SnapshotStatus.None;
    private long _bytesSent;
    private long _bytesReceived;

    /// <summary>The newest status.</summary>
    public SnapshotStatus Current => Volatile.Read(ref _current);

    /// <summary>Bytes of snapshots handed to peer links.</summary>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>Bytes of snapshots that peers sent.</summary>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>A snapshot is a file.</summary>
    public void Saved(SnapshotMeta snapshot, DateTimeOffset at) =>
        Change(status => status with { Index = snapshot.Index, Bytes = snapshot.Bytes, SavedAt = at });

    /// <summary>A snapshot could not be saved.</summary>
    public void NotSaved() => Change(status => status with { Failures = status.Failures + 1 });

    /// <summary>The log begins with a snapshot from now on.</summary>
    public void Compacted() => Change(status => status with { Compactions = status.Compactions + 1 });

    /// <summary>The state is a snapshot's.</summary>
    public void Restored() => Change(status => status with { Restores = status.Restores + 1 });

    /// <summary>A piece of a snapshot was handed to a link. On the loop's thread only.</summary>
    public void Sent(int bytes) => Volatile.Write(ref _bytesSent, _bytesSent + bytes);

    /// <summary>A piece of a snapshot arrived. On the loop's thread only.</summary>
    public void Received(int bytes) => Volatile.Write(ref _bytesReceived, _bytesReceived + bytes);

    private void Change(Func<SnapshotStatus, SnapshotStatus> change)
    {
        lock (_gate)
        {
            Volatile.Write(ref _current, change(_current));
        }
    }
}
