using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership.Tests;

/// <summary>Applies commands to a state of three nodes and writes down the events in short words.</summary>
internal sealed class StateDriver
{
    private readonly List<ClusterEvent> _events = [];
    private ulong _index;

    public ClusterState State { get; } = new([new(new(1), "n1"), new(new(2), "n2"), new(new(3), "n3")]);

    /// <summary>Takes the events since the last call, in words.</summary>
    public List<string> TakeEvents()
    {
        List<string> words = _events.ConvertAll(Describe);
        _events.Clear();
        return words;
    }

    public CommandOutcome Apply(Command command)
    {
        _index++;
        LogEntry entry = new(new LogIndex(_index), new Term(1), EntryKind.Command, command.ToByteArray());
        return State.Apply(entry, _events)!.Value.Outcome;
    }

    public CommandOutcome Join(uint node, ulong nonce = 0, string boot = "b1", params ulong[] exited)
    {
        NodeJoin join = new() { Node = node, Name = $"n{node}", Nonce = nonce == 0 ? node : nonce, BootId = boot };
        join.ExitedMembers.AddRange(exited);
        return Apply(new Command { NodeJoin = join });
    }

    public CommandOutcome Down(uint node) => Apply(new Command
    {
        NodeDown = new NodeDown { Node = node, Incarnation = Life(node), Reason = "silent", FenceKind = FenceKind.Reboot },
    });

    public CommandOutcome Fence(uint node, string key = "", FenceKind kind = FenceKind.Off, string reason = "because") =>
        Apply(new Command
        {
            FenceOpen = new FenceOpen { Node = node, Kind = kind, Reason = reason, Requester = "op", IdempotencyKey = key },
        });

    public CommandOutcome Start(ulong operation, uint attempt, uint executor, AttemptAction action = AttemptAction.SwitchOff) =>
        Apply(new Command
        {
            FenceAttemptStart = new FenceAttemptStart
            {
                Operation = operation,
                Attempt = attempt,
                Executor = executor,
                ExecutorIncarnation = Life(executor),
                Level = 1,
                Action = action,
            },
        });

    public CommandOutcome End(ulong operation, uint attempt, bool succeeded, Evidence evidence = Evidence.None, string failure = "") =>
        Apply(new Command
        {
            FenceAttemptEnd = new FenceAttemptEnd
            {
                Operation = operation,
                Attempt = attempt,
                Succeeded = succeeded,
                Evidence = evidence,
                Failure = failure,
            },
        });

    public CommandOutcome Confirm(uint node, string who = "ann") =>
        Apply(new Command { FenceConfirm = new FenceConfirm { Node = node, Who = who } });

    public CommandOutcome JoinGroup(uint node, ulong nonce, Evidence evidence = Evidence.ConfirmedByHuman, string group = "locks") =>
        Apply(new Command
        {
            GroupJoin = new GroupJoin
            {
                Group = group,
                Node = node,
                Incarnation = Life(node),
                Nonce = nonce,
                RequiredEvidence = evidence,
                Endpoint = $"e{nonce}",
                ProcessId = (int)nonce,
            },
        });

    public CommandOutcome LeaveGroup(ulong member, Evidence evidence = Evidence.None) =>
        Apply(new Command { GroupLeave = new GroupLeave { Group = "locks", Member = member, Evidence = evidence } });

    public CommandOutcome Ack(ulong generation, ulong member) =>
        Apply(new Command { GroupAck = new GroupAck { Group = "locks", Generation = generation, Member = member } });

    public ulong Life(uint node) => State.FindNode(new NodeId(node))!.Incarnation.Value;

    public void AllJoin()
    {
        Join(1);
        Join(2);
        Join(3);
        _events.Clear();
    }

    /// <summary>All join with this build, and the cluster uses everything that it understands.</summary>
    public void AllJoinAtNewestLevel()
    {
        for (uint node = 1; node <= 3; node++)
        {
            Apply(new Command
            {
                NodeJoin = new NodeJoin { Node = node, Name = $"n{node}", Nonce = node, BootId = "b1", FeatureLevel = FeatureLevels.Understood },
            });
        }

        Apply(new Command { FeatureRaise = new FeatureRaise { Level = FeatureLevels.Understood } });
        _events.Clear();
    }

    private static string Describe(ClusterEvent e) => e.KindCase switch
    {
        ClusterEvent.KindOneofCase.NodeUp => $"up {e.NodeUp.Name} i{e.NodeUp.Incarnation}",
        ClusterEvent.KindOneofCase.NodeDown => $"down {e.NodeDown.Name} i{e.NodeDown.Incarnation}",
        ClusterEvent.KindOneofCase.NodeLeft => $"left {e.NodeLeft.Name}",
        ClusterEvent.KindOneofCase.NodeFenced => $"fenced {e.NodeFenced.Name} {Words.Of(e.NodeFenced.Evidence)}",
        ClusterEvent.KindOneofCase.FenceOpened => $"opened f{e.FenceOpened.Operation} {e.FenceOpened.Name} {Words.Of(e.FenceOpened.Kind)}",
        ClusterEvent.KindOneofCase.FenceAttemptStarted =>
            $"attempt {e.FenceAttemptStarted.Attempt} {Words.Of(e.FenceAttemptStarted.Action)} by {e.FenceAttemptStarted.ExecutorName}",
        ClusterEvent.KindOneofCase.FenceAttemptEnded =>
            $"attempt {e.FenceAttemptEnded.Attempt} {(e.FenceAttemptEnded.Succeeded ? "ok" : e.FenceAttemptEnded.Failure)}",
        ClusterEvent.KindOneofCase.FenceClosed => $"closed f{e.FenceClosed.Operation} {e.FenceClosed.Outcome}",
        ClusterEvent.KindOneofCase.GroupStop => $"stop g{e.GroupStop.Generation} [{string.Join(' ', e.GroupStop.Departed)}]",
        ClusterEvent.KindOneofCase.GroupStart =>
            $"start g{e.GroupStart.Generation} [{string.Join(' ', e.GroupStart.Members.Select(m => $"{m.Member}/{m.Slot}"))}]"
            + $" departed [{string.Join(' ', e.GroupStart.Departed.Select(m => m.Member))}]",
        ClusterEvent.KindOneofCase.GroupReady => $"ready g{e.GroupReady.Generation}",
        ClusterEvent.KindOneofCase.SettingsChanged => $"settings v{e.SettingsChanged.Version} by {e.SettingsChanged.Who}",
        _ => "?",
    };
}
