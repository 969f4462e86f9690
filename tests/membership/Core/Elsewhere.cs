using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership.Tests;

/// <summary>The cluster's state on another node, which goes on while this one sees nothing.</summary>
internal sealed class Elsewhere
{
    private readonly List<ClusterEvent> _events = [];

    public Elsewhere(ClusterState origin)
    {
        State = new ClusterState([.. origin.Nodes.Select(node => new ConfiguredNode(node.Id, node.Name))]);
        if (origin.AppliedIndex != LogIndex.Zero)
        {
            State.Restore(origin.Save(), origin.AppliedIndex);
        }
    }

    public ClusterState State { get; }

    public CommandOutcome Apply(Command command) => Apply(command.ToByteArray());

    public CommandOutcome Apply(ReadOnlyMemory<byte> payload) =>
        State.Apply(new LogEntry(State.AppliedIndex.Next, new Term(1), EntryKind.Command, payload), _events)!.Value.Outcome;

    public Incarnation Join(uint node) => new(Apply(new Command
    {
        NodeJoin = new NodeJoin
        {
            Node = node,
            Name = $"n{node}",
            Nonce = State.AppliedIndex.Value + 1000,
            BootId = $"boot {State.AppliedIndex.Value}",
            FeatureLevel = FeatureLevels.Understood,
        },
    }).Id);

    public void Down(uint node) => Apply(new Command
    {
        NodeDown = new NodeDown { Node = node, Incarnation = Life(node), Reason = "silent elsewhere", FenceKind = FenceKind.Off },
    });

    public ulong Life(uint node) => State.FindNode(new NodeId(node))!.Incarnation.Value;

    /// <summary>Opens an attempt on a node that is down.</summary>
    public FenceOperation Attempt(uint target, uint executor)
    {
        FenceOperation operation = State.OpenOperation(new NodeId(target), new Incarnation(Life(target)))!;
        Apply(new Command
        {
            FenceAttemptStart = new FenceAttemptStart
            {
                Operation = operation.Id.Value,
                Attempt = (uint)operation.Attempts.Count + 1,
                Executor = executor,
                ExecutorIncarnation = Life(executor),
                Level = 1,
                Action = AttemptAction.SwitchOff,
            },
        });
        return State.FindOperation(operation.Id)!;
    }

    public void EndAttempt(FenceOperation operation) => Apply(new Command
    {
        FenceAttemptEnd = new FenceAttemptEnd
        {
            Operation = operation.Id.Value,
            Attempt = (uint)operation.Attempts.Count,
            Failure = "unreachable",
        },
    });
}
