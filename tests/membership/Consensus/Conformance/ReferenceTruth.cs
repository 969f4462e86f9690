namespace Cluster.Consensus.Tests.Conformance;

/// <summary>
/// What the <see cref="ReferenceEngine"/>s of one cluster share in memory: one log, who leads, and what each has on disk. There is
/// nothing to agree on, so it is plain that it is right.
/// </summary>
internal sealed class ReferenceTruth(IReadOnlyList<NodeId> voters, TimeSpan patience)
{
    private readonly List<LogEntry> _entries = [];
    private readonly Dictionary<NodeId, LogIndex> _durable = [];
    private MonotonicTime _leaderSeen = MonotonicTime.DistantPast;

    public ClusterConfiguration Configuration { get; private set; } = new(voters);

    public LogIndex ConfigurationIndex { get; private set; }

    public Term Term { get; private set; }

    public NodeId Leader { get; private set; }

    public LogIndex Barrier { get; private set; }

    public LogIndex Commit { get; private set; }

    public Snapshot? Snapshot { get; private set; }

    /// <summary>The position before the first entry that is still here.</summary>
    public LogIndex Before { get; private set; }

    public LogIndex Last => Before + (ulong)_entries.Count;

    public LogEntry this[LogIndex index] => _entries[(int)(index.Value - Before.Value) - 1];

    /// <summary>Whoever asks first once the leader has been silent leads the next term.</summary>
    public void Seen(NodeId node, MonotonicTime now)
    {
        if (node == Leader)
        {
            _leaderSeen = now;
        }
        else if (now > _leaderSeen + patience && Configuration.IsVoter(node))
        {
            Lead(node, now);
        }
    }

    public void Lead(NodeId node, MonotonicTime now)
    {
        Leader = node;
        Term = Term.Next;
        _leaderSeen = now;
        Barrier = Add(EntryKind.Barrier, ReadOnlyMemory<byte>.Empty);
    }

    public void Change(ClusterConfiguration configuration)
    {
        Configuration = configuration;
        ConfigurationIndex = Add(EntryKind.Configuration, ConfigurationCodec.Encode(configuration));
    }

    public void Resign(NodeId node)
    {
        if (node == Leader)
        {
            Leader = NodeId.None;
            _leaderSeen = MonotonicTime.DistantPast;
        }
    }

    public LogIndex Add(EntryKind kind, ReadOnlyMemory<byte> payload)
    {
        _entries.Add(new LogEntry(Last.Next, Term, kind, payload));
        return Last;
    }

    public void Durable(NodeId node, LogIndex index)
    {
        _durable[node] = index;
        foreach (LogIndex reached in _durable.Values)
        {
            bool isNews = reached > Commit && Configuration.IsDecidedBy(voter => _durable.GetValueOrDefault(voter) >= reached);
            Commit = isNews ? reached : Commit;
        }
    }

    public bool HasAll(NodeId node) => _durable.GetValueOrDefault(node) == Last;

    public Term TermAt(LogIndex index) => index == Before ? Snapshot?.Meta.Term ?? Term.Zero : this[index].Term;

    public void Compact(Snapshot snapshot)
    {
        if (snapshot.Meta.Index > Before)
        {
            _entries.RemoveRange(0, (int)(snapshot.Meta.Index.Value - Before.Value));
            Before = snapshot.Meta.Index;
            Snapshot = snapshot;
        }
    }
}
