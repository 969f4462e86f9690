namespace Cluster.Consensus.Tests.Proposals;

/// <summary>An engine whose status a test sets, and which notes what is proposed.</summary>
internal sealed class SettableLog : IReplicatedLog
{
    public LogEffects Effects { get; } = new();

    public ReplicatedLogStatus Status { get; private set; }

    public ClusterConfiguration Configuration => ClusterConfiguration.Empty;

    public LogIndex ConfigurationIndex => LogIndex.Zero;

    public bool IsFull { get; set; }

    public int Asked { get; private set; }

    public List<int> Proposed { get; } = [];

    public void Lead(ulong term) => Status = new ReplicatedLogStatus { Role = LogRole.Leader, Term = new Term(term), Leader = new NodeId(1) };

    public void Follow(NodeId leader, ulong term) => Status = new ReplicatedLogStatus { Term = new Term(term), Leader = leader };

    public bool TryPropose(ReadOnlyMemory<byte> payload, MonotonicTime now, out LogIndex index)
    {
        Asked++;
        index = LogIndex.Zero;
        if (!IsFull)
        {
            Proposed.Add(payload.Span[0]);
        }

        return !IsFull;
    }

    public MonotonicTime HeardAt(NodeId voter) => MonotonicTime.DistantPast;

    public void Tick(MonotonicTime now)
    {
    }

    public void Receive(in RaftMessage message, MonotonicTime now)
    {
    }

    public void Flush(MonotonicTime now)
    {
    }

    public bool TryChangeConfiguration(ConfigurationChange change, MonotonicTime now, out LogIndex index, out string refusal)
    {
        index = LogIndex.Zero;
        refusal = "this engine only takes proposals";
        return false;
    }

    public bool IsCaughtUp(NodeId learner) => false;

    public void Retime(RaftTiming timing, MonotonicTime now)
    {
    }

    public void NoteStandoff(Standoff standoff, MonotonicTime now)
    {
    }

    public bool TryGoAlone(NodeId stopped, MonotonicTime now, out string refusal)
    {
        refusal = "this engine has no voters";
        return false;
    }

    public bool TryTransfer(NodeId to, MonotonicTime now, out string refusal)
    {
        refusal = "this engine only takes proposals";
        return false;
    }

    public bool TryRead(ulong context, MonotonicTime now) => false;

    public bool Compact(LogIndex through, ReadOnlyMemory<byte> state, MonotonicTime now) => false;

    public void SnapshotSaved(SnapshotMeta meta, MonotonicTime now)
    {
    }

    public void SnapshotNotSaved(SnapshotMeta meta, MonotonicTime now)
    {
    }

    public void Persisted(ulong ticket, MonotonicTime now)
    {
    }

    public void Abdicate(MonotonicTime now)
    {
    }
}
