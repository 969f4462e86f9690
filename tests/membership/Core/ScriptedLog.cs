using Cluster.Consensus;

namespace Cluster.Membership.Tests;

/// <summary>An engine whose status a test sets, and which commits what is proposed when the test says so.</summary>
internal sealed class ScriptedLog : IReplicatedLog
{
    private readonly List<LogEntry> _waiting = [];
    private ulong _last;
    private MonotonicTime _now;

    public LogEffects Effects { get; } = new();

    public ReplicatedLogStatus Status { get; set; }

    public int Abdications { get; private set; }

    /// <summary>Whether proposals are refused, as when too much is uncommitted.</summary>
    public bool IsFull { get; set; }

    /// <summary>Voters that do not answer heartbeats; all others do at once.</summary>
    public HashSet<NodeId> Silent { get; } = [];

    /// <summary>The payloads proposed and not yet committed.</summary>
    public IReadOnlyList<LogEntry> Waiting => _waiting;

    public void Lead(MonotonicTime since, ulong term = 1) => Status = new ReplicatedLogStatus(
        LogRole.Leader, new Term(term), new NodeId(1), new LogIndex(_last), new LogIndex(_last), since, since + TimeSpan.FromDays(1), since, true);

    public void Follow(NodeId leader, ulong term = 1) => Status = new ReplicatedLogStatus(
        LogRole.Follower, new Term(term), leader, new LogIndex(_last), new LogIndex(_last), default, default, default, false);

    /// <summary>Puts everything proposed into the committed list, as if a majority had it.</summary>
    public void Commit()
    {
        Effects.Committed.AddRange(_waiting);
        Status = Status with { CommitIndex = _waiting.Count > 0 ? _waiting[^1].Index : Status.CommitIndex };
        _waiting.Clear();
    }

    public void CommitFromElsewhere(ReadOnlyMemory<byte> payload)
    {
        Commit();
        _last++;
        Effects.Committed.Add(new LogEntry(new LogIndex(_last), Status.Term, EntryKind.Command, payload));
    }

    public MonotonicTime HeardAt(NodeId voter) => Status.IsLeader && !Silent.Contains(voter) ? _now : MonotonicTime.DistantPast;

    public void Tick(MonotonicTime now) => _now = now;

    public void Receive(in RaftMessage message, MonotonicTime now)
    {
    }

    public void Flush(MonotonicTime now)
    {
    }

    public bool TryPropose(ReadOnlyMemory<byte> payload, MonotonicTime now, out LogIndex index)
    {
        index = default;
        if (!Status.IsLeader || IsFull)
        {
            return false;
        }

        _last++;
        index = new LogIndex(_last);
        _waiting.Add(new LogEntry(index, Status.Term, EntryKind.Command, payload));
        return true;
    }

    public ClusterConfiguration Configuration { get; set; } = new([new(1), new(2), new(3)]);

    public LogIndex ConfigurationIndex { get; private set; }

    /// <summary>The changes of who takes part that were asked for. Each is done at once, without the step in which two majorities are needed.</summary>
    public List<ConfigurationChange> Changes { get; } = [];

    /// <summary>Why changes are refused; empty when they are not.</summary>
    public string RefusesChanges { get; set; } = "";

    public bool TryChangeConfiguration(ConfigurationChange change, MonotonicTime now, out LogIndex index, out string refusal)
    {
        index = LogIndex.Zero;
        refusal = RefusesChanges;
        if (refusal.Length > 0)
        {
            return false;
        }

        Changes.Add(change);
        SortedDictionary<NodeId, int> voters = [];
        foreach (NodeId voter in Configuration.Voters)
        {
            voters.Add(voter, Configuration.VotesOf(voter));
        }

        SortedSet<NodeId> learners = [.. Configuration.Learners];
        foreach (ConfigurationStep step in change.Steps)
        {
            voters.Remove(step.Node);
            learners.Remove(step.Node);
            if (step.Kind is ConfigurationStepKind.Promote or ConfigurationStepKind.Reweigh)
            {
                voters.Add(step.Node, step.Votes);
            }
            else if (step.Kind is ConfigurationStepKind.Add or ConfigurationStepKind.Demote)
            {
                learners.Add(step.Node);
            }
        }

        Configure(new ClusterConfiguration(voters.Keys, learners: learners, votes: voters));
        index = ConfigurationIndex;
        return true;
    }

    /// <summary>A configuration is in force, and committed like any other entry.</summary>
    public void Configure(ClusterConfiguration configuration)
    {
        // What stands before it in the log is committed with it.
        Commit();
        Configuration = configuration;
        ConfigurationIndex = new LogIndex(++_last);
        _waiting.Add(new LogEntry(ConfigurationIndex, Status.Term, EntryKind.Configuration, ConfigurationCodec.Encode(configuration)));
    }

    public bool IsCaughtUp(NodeId learner) => Configuration.IsLearner(learner) && !Silent.Contains(learner);

    /// <summary>What the engine was told to go by, newest last.</summary>
    public List<RaftTiming> Timings { get; } = [];

    public void Retime(RaftTiming timing, MonotonicTime now) => Timings.Add(timing);

    public bool TryTransfer(NodeId to, MonotonicTime now, out string refusal)
    {
        refusal = "this engine hands nothing over";
        return false;
    }

    public bool TryRead(ulong context, MonotonicTime now) => false;

    /// <summary>The states handed in, newest last.</summary>
    public List<Snapshot> Compactions { get; } = [];

    /// <summary>Whether states are taken.</summary>
    public bool Compacts { get; set; } = true;

    /// <summary>What was reported of snapshots.</summary>
    public List<(SnapshotMeta Snapshot, bool Saved)> Reports { get; } = [];

    /// <summary>Replaces the state of the machine above, as when the leader has sent a snapshot.</summary>
    public void Restore(ulong index, byte[] state)
    {
        _last = index;
        Effects.Restored = new Snapshot(Meta(new LogIndex(index), state), state);
    }

    public bool Compact(LogIndex through, ReadOnlyMemory<byte> state, MonotonicTime now)
    {
        if (Compacts)
        {
            Compactions.Add(new Snapshot(Meta(through, state), state));
            Effects.SnapshotSaves.Add(Compactions[^1]);
        }

        return Compacts;
    }

    public void SnapshotSaved(SnapshotMeta meta, MonotonicTime now) => Reports.Add((meta, true));

    public void SnapshotNotSaved(SnapshotMeta meta, MonotonicTime now) => Reports.Add((meta, false));

    private SnapshotMeta Meta(LogIndex index, ReadOnlyMemory<byte> state) =>
        new(index, new Term(1), Configuration, state.Length, 0);

    public void Persisted(ulong ticket, MonotonicTime now)
    {
    }

    public void Abdicate(MonotonicTime now)
    {
        Abdications++;
        Status = Status with { Role = LogRole.Follower, Leader = NodeId.None };
    }
}
