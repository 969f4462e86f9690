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

    /// <summary>Wall clock of the next commands.</summary>
    public long AtUnixMs { get; set; }

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
        command.AtUnixMs = command.AtUnixMs == 0 ? AtUnixMs : command.AtUnixMs;
        LogEntry entry = new(new LogIndex(_index), new Term(1), EntryKind.Command, command.ToByteArray());
        return State.Apply(entry, _events)!.Value.Outcome;
    }

    public CommandOutcome Join(uint node, ulong nonce = 0, string boot = "b1", params ulong[] exited)
    {
        NodeJoin join = new() { Node = node, Name = $"n{node}", Nonce = nonce == 0 ? node : nonce, BootId = boot, FeatureLevel = FeatureLevels.Understood };
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

    /// <summary>A leader that is no member acts itself.</summary>
    public CommandOutcome StartByNonMember(ulong operation, uint attempt, uint executor) =>
        Apply(new Command
        {
            FenceAttemptStart = new FenceAttemptStart
            {
                Operation = operation,
                Attempt = attempt,
                Executor = executor,
                ExecutorNonce = 77,
                Level = 1,
                Action = AttemptAction.SwitchOff,
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

    /// <summary>Goes to the level at which nodes are listed in the log.</summary>
    public StateDriver AtMembershipLevel()
    {
        Assert.True(Apply(new Command { FeatureRaise = new FeatureRaise { Level = FeatureLevels.Membership } }).Accepted);
        return this;
    }

    /// <summary>A configuration of the log is committed.</summary>
    public List<ClusterEvent> Configure(ClusterConfiguration configuration)
    {
        List<ClusterEvent> events = [];
        _index++;
        State.Apply(new LogEntry(new LogIndex(_index), new Term(1), EntryKind.Configuration, ConfigurationCodec.Encode(configuration)), events);
        _events.AddRange(events);
        return events;
    }

    public CommandOutcome Add(uint node, string? name = null, string token = "", bool isArbiter = false, uint votes = 0, params string[] addresses)
    {
        NodeAdd add = new() { Node = node, Name = name ?? $"n{node}", Who = token.Length > 0 ? "" : "ann", Token = token, IsArbiter = isArbiter, Votes = votes };
        add.Addresses.AddRange(addresses.Length > 0 ? addresses : [$"10.0.0.{node}:7001"]);
        return Apply(new Command { RequiredLevel = FeatureLevels.Membership, NodeAdd = add });
    }

    public CommandOutcome Remove(uint node) =>
        Apply(new Command { RequiredLevel = FeatureLevels.Membership, NodeRemove = new NodeRemove { Node = node, Who = "ann" } });

    public CommandOutcome Leave(uint node) =>
        Apply(new Command { NodeLeave = new NodeLeave { Node = node, Incarnation = Life(node) } });

    public CommandOutcome Configure(NodeConfigure change)
    {
        change.Who = "ann";
        return Apply(new Command { RequiredLevel = FeatureLevels.Membership, NodeConfigure = change });
    }

    public CommandOutcome Issue(string id, uint uses = 0, long expires = long.MaxValue, byte secret = 1) => Apply(new Command
    {
        RequiredLevel = FeatureLevels.Membership,
        TokenIssue = new TokenIssue
        {
            Id = id,
            SecretSha256 = ByteString.CopyFrom([.. Enumerable.Repeat(secret, 32)]),
            ExpiresAtUnixMs = expires,
            Uses = uses,
            Who = "ann",
        },
    });

    /// <summary>A state that was given this one's bytes.</summary>
    public ClusterState Copy(params ConfiguredNode[] founders)
    {
        ClusterState copy = new(founders.Length > 0 ? founders : [new(new(1), "n1"), new(new(2), "n2"), new(new(3), "n3")]);
        copy.Restore(State.Save(), State.AppliedIndex);
        return copy;
    }

    public NodeRecord Node(uint node) => State.FindNode(new NodeId(node))!;

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
        ClusterEvent.KindOneofCase.NodeAdded => $"added {e.NodeAdded.Name} {string.Join(',', e.NodeAdded.Addresses)}",
        ClusterEvent.KindOneofCase.ClusterAssembled => $"assembled {e.ClusterAssembled.Who}",
        ClusterEvent.KindOneofCase.NodeRemoved => $"removed {e.NodeRemoved.Name}",
        ClusterEvent.KindOneofCase.NodeChanged => $"changed {e.NodeChanged.Name}",
        ClusterEvent.KindOneofCase.GroupReady => $"ready g{e.GroupReady.Generation}",
        ClusterEvent.KindOneofCase.SettingsChanged => $"settings v{e.SettingsChanged.Version} by {e.SettingsChanged.Who}",
        _ => "?",
    };
}
