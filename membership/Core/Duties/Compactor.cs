using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>Hands the state to the engine when enough was applied since the last snapshot, so that the log can be shortened.</summary>
internal sealed class Compactor
{
    /// <summary>What an entry costs beside its payload.</summary>
    private const long EntryOverhead = 24;

    private readonly CompactionPolicy _policy;
    private readonly ClusterState _state;
    private readonly IReplicatedLog _log;
    private readonly long _entryBound;
    private long _entries;
    private long _bytes;
    private long _stateBytes;
    private LogIndex _saving;
    private MonotonicTime _notBefore = MonotonicTime.DistantPast;

    /// <param name="policy">When.</param>
    /// <param name="seed">Different on each node: they need not all save their states at the same entry.</param>
    /// <param name="state">The state.</param>
    /// <param name="log">The engine.</param>
    public Compactor(CompactionPolicy policy, ulong seed, ClusterState state, IReplicatedLog log)
    {
        policy.Validate();
        _policy = policy;
        _state = state;
        _log = log;
        _entryBound = policy.Entries + (long)new SplitMix64(seed).Below((ulong)(policy.Entries / 4) + 1);
    }

    /// <summary>An entry was applied.</summary>
    public void Applied(in LogEntry entry)
    {
        _entries++;
        _bytes += entry.Payload.Length + EntryOverhead;
    }

    /// <summary>The state was replaced by a snapshot.</summary>
    public void Restored(SnapshotMeta snapshot)
    {
        _entries = 0;
        _bytes = 0;
        _stateBytes = snapshot.Bytes;
    }

    public void Tick(MonotonicTime now)
    {
        bool due = _entries >= _entryBound || _bytes >= Math.Max(_policy.Bytes, 2 * _stateBytes);
        if (!due || now < _notBefore || _saving != LogIndex.Zero || _state.FeatureLevel < FeatureLevels.Snapshots)
        {
            return;
        }

        byte[] saved = _state.Save();
        if (!_log.Compact(_state.AppliedIndex, saved, now))
        {
            _notBefore = now + _policy.RetryPause;
            return;
        }

        _saving = _state.AppliedIndex;
        _stateBytes = saved.Length;
        _entries = 0;
        _bytes = 0;
    }

    /// <summary>A snapshot is a file, or could not be made one.</summary>
    public void Finished(SnapshotMeta snapshot, bool saved, MonotonicTime now)
    {
        if (snapshot.Index != _saving)
        {
            return;
        }

        _saving = LogIndex.Zero;
        if (!saved)
        {
            _notBefore = now + _policy.RetryPause;
            _entries = _entryBound;
        }
    }
}
