namespace Cluster.Consensus.Tests.Support;

/// <summary>Voters joined by a perfect network, with disks that sync at once. The driver itself allocates nothing in a round.</summary>
internal sealed class QuietCluster
{
    private readonly RaftNode[] _nodes;
    private readonly List<RaftMessage> _sending = [];
    private readonly List<RaftMessage> _arriving = [];
    private MonotonicTime _now = new(0);

    public QuietCluster(int size)
    {
        var ids = new NodeId[size];
        for (int i = 0; i < size; i++)
        {
            ids[i] = new NodeId((uint)i + 1);
        }

        _nodes = Array.ConvertAll(
            ids, id => new RaftNode(new RaftOptions { Self = id, Voters = ids, Seed = id.Value }, RecoveredLog.Empty, _now));
    }

    /// <summary>Entries told as committed, all nodes together.</summary>
    public ulong Committed { get; private set; }

    /// <summary>The node that leads, or null.</summary>
    public RaftNode? Leader => Array.Find(_nodes, node => node.Status.IsLeader);

    /// <summary>Lets time pass until somebody leads and has committed.</summary>
    public void Elect()
    {
        for (int i = 0; i < 5_000 && Leader is not { Status.BarrierCommitted: true }; i++)
        {
            Step();
        }

        Assert.NotNull(Leader);
    }

    /// <summary>Has the leader take proposals, and lets a millisecond pass in which everything settles.</summary>
    public void Round(ReadOnlyMemory<byte> payload, int proposals)
    {
        for (int i = 0; i < _nodes.Length; i++)
        {
            if (_nodes[i].Status.IsLeader)
            {
                for (int j = 0; j < proposals; j++)
                {
                    Assert.True(_nodes[i].TryPropose(payload, _now, out _));
                }

                _nodes[i].Flush(_now);
                CarryOut(_nodes[i]);
            }
        }

        Step();
    }

    private void Step()
    {
        _now += TimeSpan.FromMilliseconds(1);
        for (int i = 0; i < _nodes.Length; i++)
        {
            _nodes[i].Tick(_now);
            CarryOut(_nodes[i]);
        }

        while (_sending.Count > 0)
        {
            _arriving.AddRange(_sending);
            _sending.Clear();
            for (int i = 0; i < _arriving.Count; i++)
            {
                RaftNode target = _nodes[_arriving[i].To.Value - 1];
                target.Receive(_arriving[i], _now);
                CarryOut(target);
            }

            _arriving.Clear();
        }
    }

    private void CarryOut(RaftNode node)
    {
        while (!node.Effects.IsEmpty)
        {
            LogEffects effects = node.Effects;
            ulong ticket = effects.Writes.Count == 0 ? 0 : effects.Writes[^1].Ticket;
            Committed += (ulong)effects.Committed.Count;
            _sending.AddRange(effects.Messages);
            effects.Clear();
            if (ticket > 0)
            {
                node.Persisted(ticket, _now);
            }
        }
    }
}
