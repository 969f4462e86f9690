using System.Text;

namespace Cluster.Consensus.Tests.Conformance;

/// <summary>Machines under one clock, joined by a network that delivers at once: three voters, and spare ones that belong to nobody yet.</summary>
internal sealed class ConformanceCluster
{
    private readonly Dictionary<ulong, NodeId> _leaders = [];
    private readonly List<RaftMessage> _network = [];
    private readonly List<string> _agreed = [];
    private MonotonicTime _now = new(1_000_000_000);
    private ulong _lastRead;

    public ConformanceCluster(ConformanceEngines engines, int spares = 0)
    {
        NodeId[] nodes = [.. Enumerable.Range(1, 3 + spares).Select(i => new NodeId((uint)i))];
        NodeId[] voters = nodes[..3];
        EngineStart start = engines.NewCluster(voters);
        Nodes = [.. nodes.Select(id => new ConformanceNode(id, recovered => start(id, recovered, _now)))];
        foreach (ConformanceNode node in Nodes)
        {
            node.Start();
        }
    }

    public IReadOnlyList<ConformanceNode> Nodes { get; }

    public ConformanceNode? Leader => Nodes.SingleOrDefault(n => n.IsUp && n.Status is { IsLeader: true, BarrierCommitted: true });

    public IReadOnlyList<ConformanceNode> Others => [.. Nodes.Where(n => n.IsUp && n != Leader)];

    public MonotonicTime Now => _now;

    /// <summary>Lets time pass, a tick each millisecond, until the condition holds.</summary>
    public void RunUntil(Func<bool> condition, string what, int limitMs = 10_000)
    {
        for (int ms = 0; !condition(); ms++)
        {
            Assert.True(ms < limitMs, $"{what}: not so after {limitMs} ms");
            Run(1);
        }
    }

    public void Run(int ms)
    {
        for (int i = 0; i < ms; i++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            foreach (ConformanceNode node in Nodes)
            {
                Input(node, e => e.Tick(_now));
            }

            Settle();
        }
    }

    public ConformanceNode Elect()
    {
        RunUntil(() => Leader is not null, "somebody leads");
        return Leader!;
    }

    public bool Propose(ConformanceNode node, string command)
    {
        bool isTaken = false;
        Input(node, e =>
        {
            isTaken = e.TryPropose(Encoding.UTF8.GetBytes(command), _now, out _);
            e.Flush(_now);
        });
        Settle();
        return isTaken;
    }

    /// <summary>Proposes on whoever leads until the command is applied there.</summary>
    public void Commit(string command)
    {
        ConformanceNode leader = Elect();
        Assert.True(Propose(leader, command));
        RunUntil(() => leader.State.Contains(command), $"{command} is committed");
    }

    /// <summary>Asks for a barrier.</summary>
    /// <returns>Its mark, or null when it was not taken.</returns>
    public ulong? Read(ConformanceNode node)
    {
        ulong context = ++_lastRead;
        bool isTaken = false;
        Input(node, e =>
        {
            isTaken = e.TryRead(context, _now);
            e.Flush(_now);
        });
        Settle();
        return isTaken ? context : null;
    }

    public bool Compact(ConformanceNode node)
    {
        bool isTaken = false;
        Input(node, e => isTaken = e.Compact(node.Applied, node.Serialized, _now));
        Settle();
        return isTaken;
    }

    public void Input(ConformanceNode node, Action<IReplicatedLog> input)
    {
        if (node.Engine is { } engine)
        {
            input(engine);
            CarryOut(node);
        }
    }

    public ConformanceNode Find(uint id) => Nodes[(int)id - 1];

    /// <summary>Changes who takes part, by whoever leads, and waits until the change is done.</summary>
    public void Change(params ConfigurationStep[] steps)
    {
        ConformanceNode leader = Elect();
        bool hasBegun = false;
        string refusal = "";
        RunUntil(() => hasBegun || !leader.Status.IsLeader || TryBegin(), $"the change begins ({refusal})");
        Assert.True(hasBegun, "the leader changed");
        RunUntil(
            () => Elect() is { } now && !now.Engine!.Configuration.IsJoint && now.Status.CommitIndex >= now.Engine.ConfigurationIndex,
            "the change is done");

        bool TryBegin()
        {
            Input(leader, e => hasBegun = e.TryChangeConfiguration(new ConfigurationChange(steps), _now, out _, out refusal));
            Settle();
            return hasBegun;
        }
    }

    public void SyncAll()
    {
        foreach (ConformanceNode node in Nodes)
        {
            node.Disk.IsSlow = false;
            node.Sync(_now);
            CarryOut(node);
        }

        Settle();
    }

    private void CarryOut(ConformanceNode node)
    {
        _network.AddRange(node.CarryOut(_now));
        if (node.IsUp && node.Status.IsLeader)
        {
            Assert.Equal(node.Id, _leaders.GetValueOrDefault(node.Status.Term.Value, node.Id));
            _leaders[node.Status.Term.Value] = node.Id;
        }

        // One truth: what any state machine holds is a beginning of the same sequence.
        for (int i = 0; i < node.State.Count; i++)
        {
            if (i == _agreed.Count)
            {
                _agreed.Add(node.State[i]);
            }

            Assert.Equal(_agreed[i], node.State[i]);
        }
    }

    public void Settle()
    {
        for (int round = 0; _network.Count > 0; round++)
        {
            Assert.True(round < 1_000, "the network does not settle");
            List<RaftMessage> arriving = [.. _network];
            _network.Clear();
            foreach (RaftMessage message in arriving)
            {
                Input(Nodes[(int)message.To.Value - 1], e => e.Receive(message, _now));
            }
        }
    }
}
