namespace Cluster.Consensus.Tests.Conformance;

/// <summary>
/// The simplest engine that keeps the promises of <see cref="IReplicatedLog"/>: all nodes read one <see cref="ReferenceTruth"/> in
/// memory. It shows that the conformance tests ask for nothing that only Raft does.
/// </summary>
internal sealed class ReferenceEngine : IReplicatedLog
{
    private readonly NodeId _self;
    private readonly ReferenceTruth _truth;
    private readonly List<(ulong Ticket, LogIndex Last)> _writes = [];
    private readonly List<ulong> _reads = [];
    private Snapshot? _saving;
    private Snapshot? _restoring;
    private LogIndex _delivered;
    private LogIndex _written;
    private LogIndex _snapshotIndex;
    private Term _led;
    private ulong _ticket;
    private ulong _restoreTicket;
    private Standoff _standoff;
    private ulong _standoffTicket;
    private ulong _persisted;

    public ReferenceEngine(NodeId self, ReferenceTruth truth, RecoveredLog recovered)
    {
        _self = self;
        _truth = truth;
        _truth.Resign(self);
        Effects.Restored = recovered.Snapshot;
        _snapshotIndex = _delivered = recovered.Snapshot?.Meta.Index ?? LogIndex.Zero;
        _written = recovered.Entries.Count > 0 ? recovered.Entries[^1].Index : _delivered;
        _truth.Durable(self, _written);
        _standoff = recovered.HardState.Standoff;
    }

    public LogEffects Effects { get; } = new();

    public ReplicatedLogStatus Status => new(
        IsLeader ? LogRole.Leader : LogRole.Follower,
        _truth.Term,
        _truth.Leader,
        _written,
        _delivered,
        MonotonicTime.DistantPast,
        MonotonicTime.DistantPast,
        MonotonicTime.DistantPast,
        IsLeader && _delivered >= _truth.Barrier)
    {
        SnapshotIndex = _snapshotIndex,
        FirstIndex = _snapshotIndex.Next,
        DurableStandoff = _standoffTicket <= _persisted ? _standoff : default,
        IsInStep = true,
    };

    // A process that restarts leads no more, even if nobody else has noticed.
    private bool IsLeader => _truth.Leader == _self && _led == _truth.Term;

    public MonotonicTime HeardAt(NodeId voter) => MonotonicTime.DistantPast;

    public void Tick(MonotonicTime now)
    {
        _truth.Seen(_self, now);
        if (_truth.Leader == _self)
        {
            _led = _truth.Term;
        }

        Follow();
    }

    public void Receive(in RaftMessage message, MonotonicTime now)
    {
    }

    public bool TryPropose(ReadOnlyMemory<byte> payload, MonotonicTime now, out LogIndex index)
    {
        index = IsLeader ? _truth.Add(EntryKind.Command, payload) : LogIndex.Zero;
        return IsLeader;
    }

    public void Flush(MonotonicTime now) => Follow();

    public bool TryRead(ulong context, MonotonicTime now)
    {
        if (!_truth.Leader.IsNone)
        {
            _reads.Add(context);
        }

        return !_truth.Leader.IsNone;
    }

    public ClusterConfiguration Configuration => _truth.Configuration;

    public LogIndex ConfigurationIndex => _truth.ConfigurationIndex;

    public bool TryChangeConfiguration(ConfigurationChange change, MonotonicTime now, out LogIndex index, out string refusal)
    {
        // One truth needs no joint step.
        index = LogIndex.Zero;
        string? problem = !IsLeader ? "this node does not lead"
            : _truth.Commit < _truth.ConfigurationIndex ? "another change is under way"
            : ConfigurationRules.Enter(Configuration, change, out ClusterConfiguration next) ?? Take(next);
        refusal = problem ?? "";
        index = problem is null ? ConfigurationIndex : index;
        return problem is null;

        string? Take(ClusterConfiguration entered)
        {
            _truth.Change(entered.IsJoint ? ConfigurationRules.Leave(entered) : entered);
            return null;
        }
    }

    public bool IsCaughtUp(NodeId learner) => IsLeader && Configuration.IsLearner(learner) && _truth.HasAll(learner);

    // Nobody here waits for anybody's silence; only what can't be is refused.
    public void Retime(RaftTiming timing, MonotonicTime now)
    {
        if (timing.ElectionTimeoutMin >= timing.ElectionTimeoutMax || timing.HeartbeatInterval <= TimeSpan.Zero)
        {
            throw new RaftConfigurationException($"{timing} can't be");
        }
    }

    public void NoteStandoff(Standoff standoff, MonotonicTime now)
    {
        _standoff = standoff;
        _standoffTicket = ++_ticket;
        Effects.Writes.Add(LogWrite.SaveHardState(_standoffTicket, new HardState(Term.Zero, NodeId.None, standoff)));
    }

    public bool TryGoAlone(NodeId stopped, MonotonicTime now, out string refusal)
    {
        bool isOther = Configuration is { IsJoint: false, Voters.Length: 2 } && Configuration.IsVoter(_self) && Configuration.IsVoter(stopped);
        bool begins = isOther && stopped != _self && Status.DurableStandoff.Peer == stopped;
        refusal = begins ? "" : "only one of two voters goes on without the other, when its intent is durable";
        if (begins)
        {
            _truth.Lead(_self, now);
            _led = _truth.Term;
            _truth.Change(new ClusterConfiguration([_self], learners: [stopped]));
            NoteStandoff(default, now);
            Follow();
        }

        return begins;
    }

    public bool TryTransfer(NodeId to, MonotonicTime now, out string refusal)
    {
        bool taken = IsLeader && to != _self && Configuration.Voters.Contains(to);
        refusal = taken ? "" : "only a leader hands over, to another voter";
        if (taken)
        {
            _truth.Lead(to, now);
        }

        return taken;
    }

    public bool Compact(LogIndex through, ReadOnlyMemory<byte> state, MonotonicTime now)
    {
        if (through > _delivered)
        {
            throw new InvalidOperationException("not committed here yet");
        }

        if (_saving is not null || through <= _snapshotIndex || through <= _truth.Before)
        {
            return false;
        }

        Save(new Snapshot(
            new SnapshotMeta(through, _truth.TermAt(through), ClusterConfiguration.Empty, state.Length, Checksum.Of(state.Span)), state));
        return true;
    }

    public void SnapshotSaved(SnapshotMeta meta, MonotonicTime now)
    {
        if (_saving is not { } saved || saved.Meta != meta)
        {
            return;
        }

        _saving = null;
        _snapshotIndex = meta.Index;
        bool replaces = meta.Index > _written;
        Effects.Writes.Add(LogWrite.UseSnapshot(++_ticket, meta, meta.Index.Next, replaces));
        if (replaces)
        {
            _restoring = saved;
            _restoreTicket = _ticket;
            _written = meta.Index;
            _writes.Add((_ticket, _written));
        }
        else
        {
            _truth.Compact(saved);
        }

        Follow();
    }

    public void SnapshotNotSaved(SnapshotMeta meta, MonotonicTime now) => _saving = null;

    public void Persisted(ulong ticket, MonotonicTime now)
    {
        _persisted = ticket;
        foreach ((ulong written, LogIndex last) in _writes)
        {
            if (written <= ticket)
            {
                _truth.Durable(_self, last);
            }
        }

        _writes.RemoveAll(w => w.Ticket <= ticket);
        if (_restoring is { } restored && _restoreTicket <= ticket)
        {
            _restoring = null;
            Effects.Committed.Clear();
            Effects.Restored = restored;
            _delivered = restored.Meta.Index;
        }

        Follow();
    }

    public void Abdicate(MonotonicTime now) => _truth.Resign(_self);

    // Writes what the truth holds and this node does not, and hands out what is committed.
    private void Follow()
    {
        if (_written < _truth.Before && _saving is null && _truth.Snapshot is { } snapshot)
        {
            Save(snapshot);
        }

        if (_written >= _truth.Before && _written < _truth.Last)
        {
            List<LogEntry> entries = [];
            while (_written < _truth.Last)
            {
                _written = _written.Next;
                entries.Add(_truth[_written]);
            }

            Effects.Writes.Add(LogWrite.Append(++_ticket, entries.ToArray()));
            _writes.Add((_ticket, _written));
        }

        // A node that is a little behind when the others drop entries still finds them in its own writes: keep it simple, give it the state.
        while (_restoring is null && _delivered >= _truth.Before && _delivered < _truth.Commit && _delivered < _written)
        {
            _delivered = _delivered.Next;
            Effects.Committed.Add(_truth[_delivered]);
        }

        if (_restoring is null && _delivered < _truth.Before && _written >= _truth.Before)
        {
            Effects.Restored = _truth.Snapshot;
            Effects.Committed.Clear();
            _delivered = _truth.Before;
        }

        if (_truth.Leader.IsNone || _truth.Commit < _truth.Barrier)
        {
            return;
        }

        foreach (ulong context in _reads)
        {
            Effects.Reads.Add(new ReadResult(context, _truth.Commit, IsRefused: false));
        }

        _reads.Clear();
    }

    private void Save(Snapshot snapshot)
    {
        _saving = snapshot;
        Effects.SnapshotSaves.Add(snapshot);
    }
}
