using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership.Tests;

/// <summary>Drives node 1 of three under a scripted engine and a clock that the test moves.</summary>
internal sealed class NodeDriver
{
    public NodeDriver(
        MembershipTiming? timing = null,
        bool leads = true,
        CompactionPolicy? compaction = null,
        Action<ScriptedLog>? prepare = null,
        uint self = 1,
        QuorumPolicy? quorum = null,
        StoredTiming? stored = null)
    {
        prepare?.Invoke(Log);
        Timing = timing ?? new MembershipTiming { StartupGrace = TimeSpan.Zero };
        Node = new ClusterNode(
            new MembershipOptions
            {
                Self = new NodeId(self),
                Name = self > 3 ? $"n{self}" : "",
                Nodes = [new(new(1), "n1"), new(new(2), "n2"), new(new(3), "n3")],
                Nonce = 42,
                BootId = "boot-1",
                Timing = Timing,
                Quorum = quorum ?? new QuorumPolicy(),
                StoredTiming = stored,
                Compaction = compaction ?? new CompactionPolicy(),
                Fencing = new FencePolicy { Levels = new Dictionary<NodeId, IReadOnlyList<int>> { [new(2)] = [1], [new(3)] = [1, 2] } },
            },
            Log,
            Now);
        if (leads)
        {
            Log.Lead(Now);
        }
    }

    public MembershipTiming Timing { get; }

    public ScriptedLog Log { get; } = new();

    public ClusterNode Node { get; }

    public MonotonicTime Now { get; private set; } = new(1_000_000_000_000);

    public List<PeerMessage> Sent { get; } = [];

    /// <summary>Commands that this node proposed as leader.</summary>
    public List<Command> Proposed { get; } = [];

    public bool PeersChanged { get; private set; }

    public string JoinRefused { get; private set; } = "";

    /// <summary>Commands sent to the leader.</summary>
    public List<RaftMessage> Forwarded { get; } = [];

    public List<FenceOrder> Orders { get; } = [];

    public List<ExitQuestion> Questions { get; } = [];

    public string? Ended { get; private set; }

    /// <summary>Why stays were ended, each time.</summary>
    public List<string> StaysEnded { get; } = [];

    public List<ClusterEvent> Events { get; } = [];

    public List<(ulong Request, CommandOutcome Outcome)> Outcomes { get; } = [];

    public List<(OperationId Operation, uint Attempt)> Cancels { get; } = [];

    /// <summary>Timings that the node asked to be stored; reported as stored at once unless <see cref="KeepsTimings"/>.</summary>
    public List<StoredTiming> TimingsToStore { get; } = [];

    /// <summary>Whether the test reports stored timings itself.</summary>
    public bool KeepsTimings { get; set; }

    public EventPosition? DroppedThrough { get; private set; }

    /// <summary>A state like this node's, to which happens what this node does not see.</summary>
    public Elsewhere Elsewhere() => new(Node.State);

    /// <summary>Gives this node the state of elsewhere, as a leader does whose log does not go back far enough.</summary>
    public void Restore(Elsewhere elsewhere) => Restore(elsewhere.State.AppliedIndex.Value, elsewhere.State.Save());

    public void Restore(ulong index, byte[] state)
    {
        Log.Restore(index, state);
        Node.Tick(Now, 0);
        Settle();
    }

    /// <summary>Lets time pass in steps of 10 ms, committing what is proposed.</summary>
    public void Run(TimeSpan span, Action? eachStep = null)
    {
        MonotonicTime end = Now + span;
        while (Now < end)
        {
            Now += TimeSpan.FromMilliseconds(10);
            if (Log.Status.IsLeader)
            {
                Log.Status = Log.Status with { ConfirmedAt = Now };
            }

            eachStep?.Invoke();
            Node.Tick(Now, 0);
            Settle();
        }
    }

    /// <summary>Jumps ahead without a single step, as a stalled process does.</summary>
    public void Stall(TimeSpan span) => Now += span;

    public void Receive(PeerMessage message)
    {
        Node.Receive(message, Now);
        Settle();
    }

    /// <summary>These members ask for their leases.</summary>
    public void Hear(params uint[] nodes)
    {
        foreach (uint node in nodes)
        {
            Receive(new LeaseRequest(new NodeId(node), new NodeId(1), Node.State.FindNode(new NodeId(node))!.Incarnation, Now));
        }
    }

    public void Commit(Command command)
    {
        Log.CommitFromElsewhere(command.ToByteArray());
        Node.Tick(Now, 0);
        Settle();
    }

    public Incarnation Join(uint node)
    {
        Commit(new Command
        {
            NodeJoin = new NodeJoin
            {
                Node = node,
                Name = $"n{node}",
                Nonce = node + 100,
                BootId = $"b{node}",
                FeatureLevel = FeatureLevels.Understood,
            },
        });
        return Node.State.FindNode(new NodeId(node))!.Incarnation;
    }

    /// <summary>Goes to the level at which nodes are listed in the log.</summary>
    public void Raise() => Commit(new Command { FeatureRaise = new FeatureRaise { Level = FeatureLevels.Membership } });

    public NodeLifeState StateOf(uint node) => Node.State.FindNode(new NodeId(node))!.State;

    public void Settle()
    {
        for (int i = 0; i < 20; i++)
        {
            Sent.AddRange(Node.Effects.Messages);
            Forwarded.AddRange(Node.Effects.RaftMessages.FindAll(message => message.Kind == RaftMessageKind.Proposal));
            Orders.AddRange(Node.Effects.FenceOrders);
            Questions.AddRange(Node.Effects.ExitQuestions);
            Ended ??= Node.Effects.IncarnationEnded;
            if (Node.Effects.StaysEnded is { } reason)
            {
                StaysEnded.Add(reason);
            }

            Events.AddRange(Node.Effects.Events);
            Outcomes.AddRange(Node.Effects.Outcomes);
            Cancels.AddRange(Node.Effects.FenceCancels);
            DroppedThrough = Node.Effects.EventsDroppedThrough ?? DroppedThrough;
            JoinRefused = Node.Effects.JoinRefused ?? JoinRefused;
            PeersChanged |= Node.Effects.PeersChanged;
            StoredTiming? timing = Node.Effects.TimingToStore;
            Node.Effects.Clear();
            if (timing is not null)
            {
                TimingsToStore.Add(timing);
                if (!KeepsTimings)
                {
                    Node.TimingStored(timing, Now);
                }
            }

            Proposed.AddRange(Log.Waiting.Where(entry => entry.Kind == EntryKind.Command).Select(entry => Command.Parser.ParseFrom(entry.Payload.Span)));
            if (Log.Waiting.Count == 0)
            {
                return;
            }

            Log.Commit();
            Node.Tick(Now, 0);
        }
    }
}
