using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership.Tests;

/// <summary>
/// Commands drawn at random, most of them fitting the state they meet, some not: stale lives, repeated requests, used keys. The same seed and the
/// same states give the same commands.
/// </summary>
internal sealed class CommandHistory(ulong seed, uint level = FeatureLevels.Understood)
{
    private static readonly string[] s_groups = ["dlm-a", "dlm-b", "lockd"];
    private readonly List<Command> _sent = [];
    private SplitMix64 _random = new(seed);
    private ulong _request;

    public Command Next(ClusterState state)
    {
        if (_sent.Count > 0 && _random.Chance(0.05))
        {
            return _sent[Below(_sent.Count)];
        }

        Command command = Draw(state);
        command.AtUnixMs = 1_700_000_000_000 + (1000 * (long)state.AppliedIndex.Value);
        command.Proposer = (uint)Below(3) + 1;
        command.Request = _random.Chance(0.9) ? ++_request : 0;
        _sent.Add(command);
        return command;
    }

    private Command Draw(ClusterState state)
    {
        NodeRecord node = state.Nodes.ElementAt(Below(state.Nodes.Count));
        ulong life = _random.Chance(0.95) ? node.Incarnation.Value : node.Incarnation.Value + 1;
        FenceOperation? operation = state.OpenOperations.FirstOrDefault();
        GroupRecord? group = state.FindGroup(s_groups[Below(s_groups.Length)]);
        if (level >= FeatureLevels.Membership && _random.Chance(0.04))
        {
            return new Command { SettingsChange = Settings(state) };
        }

        switch (Below(14))
        {
            case 0 or 1:
                return new Command { NodeJoin = Join(node, state) };
            case 2 when node.State == NodeLifeState.Up && _random.Chance(0.5):
                return new Command
                {
                    NodeDown = new NodeDown { Node = node.Id.Value, Incarnation = life, Reason = "silent", SilentMs = 900, FenceKind = FenceKind.Reboot },
                };
            case 3 when _random.Chance(0.3):
                return new Command { NodeLeave = new NodeLeave { Node = node.Id.Value, Incarnation = life } };
            case 4 when _random.Chance(0.5):
                return new Command { FenceOpen = Fence(node) };
            case 5 when operation is { Running: null }:
                return new Command { FenceAttemptStart = Start(operation, state) };
            case 6 or 7 when operation is { Running: not null }:
                return new Command { FenceAttemptEnd = End(operation) };
            case 8 when node.State == NodeLifeState.Down:
                return new Command { FenceConfirm = new FenceConfirm { Node = node.Id.Value, Who = "ann" } };
            case 9 when level >= FeatureLevels.Snapshots:
                return new Command { FeatureRaise = new FeatureRaise { Level = 1 + (uint)Below((int)level) } };
            case 13 when level >= FeatureLevels.Membership && state.FeatureLevel >= FeatureLevels.Membership:
                return OfTheList(node, state);
            case 10 when group?.Members.Count > 0 && _random.Chance(0.4):
                return new Command { GroupLeave = new GroupLeave { Group = group.Name, Member = Member(group), Evidence = Evidence.ProcessExited } };
            case 10 when group is { Phase: GroupPhase.Starting } && level >= FeatureLevels.Membership && _random.Chance(0.3):
                return new Command { GroupExpel = new GroupExpel { Group = group.Name, Generation = group.Generation.Value, Member = Member(group), WaitedMs = 99 } };
            case 11 or 12 when group is { Phase: GroupPhase.Starting }:
                return new Command { GroupAck = new GroupAck { Group = group.Name, Generation = group.Generation.Value, Member = Member(group) } };
            default:
                return new Command
                {
                    GroupJoin = new GroupJoin
                    {
                        Group = s_groups[Below(s_groups.Length)],
                        Node = node.Id.Value,
                        Incarnation = life,
                        Endpoint = $"10.0.0.{node.Id.Value}:7301",
                        Nonce = (ulong)Below(20),
                        RequiredEvidence = _random.Chance(0.9) ? Evidence.ConfirmedByHuman : Evidence.ObservedOff,
                        ProcessId = 100 + Below(5),
                        ProcessStart = 7,
                        AckDeadlineMs = level >= FeatureLevels.Membership && _random.Chance(0.1) ? 5000U : 0,
                        LateMember = level >= FeatureLevels.Membership && _random.Chance(0.1) ? LateMember.Fence : LateMember.Unspecified,
                    },
                };
        }
    }

    private static uint NextAfter(NodeId node, ClusterState state) =>
        (state.Nodes.FirstOrDefault(other => other.Id > node) ?? state.Nodes.First()).Id.Value;

    /// <summary>A command about the list of nodes.</summary>
    private Command OfTheList(NodeRecord node, ClusterState state)
    {
        Command command = new() { RequiredLevel = _random.Chance(0.9) ? FeatureLevels.Membership : 0 };
        switch (Below(6))
        {
            case 5:
                command.ClusterAssemble = new ClusterAssemble { Who = _random.Chance(0.2) ? "ann" : "", Incarnations = { node.Incarnation.Value } };
                return command;
            case 0 when state.Nodes.Count < 6:
                uint number = 3 + (uint)Below(8);
                command.NodeAdd = new NodeAdd { Node = number, Name = $"n{number}", Token = _random.Chance(0.7) ? $"t{Below(3)}" : "", Who = "ann", IsArbiter = _random.Chance(0.2) };
                command.NodeAdd.Addresses.Add($"10.0.0.{number}:7001");
                return command;
            case 1 when node.Id.Value > 2:
                command.NodeRemove = new NodeRemove { Node = node.Id.Value, Who = "ann" };
                return command;
            case 2:
                command.TokenIssue = new TokenIssue { Id = $"t{Below(3)}", SecretSha256 = ByteString.CopyFrom(new byte[32]), Uses = 2, ExpiresAtUnixMs = 1_800_000_000_000, Who = "ann" };
                return command;
            case 3 when _random.Chance(0.2):
                command.TokenRevoke = new TokenRevoke { Id = $"t{Below(3)}", Who = "ann" };
                return command;
            default:
                command.NodeConfigure = new NodeConfigure { Node = node.Id.Value, Who = "ann", SetLabels = _random.Chance(0.5) };
                if (_random.Chance(0.5))
                {
                    command.NodeConfigure.Draining = _random.Chance(0.3);
                    command.NodeConfigure.Maintenance = _random.Chance(0.3);
                    command.NodeConfigure.Votes = 1 + (uint)Below(2);
                }

                command.NodeConfigure.Labels.Add(new Label { Key = "rack", Value = $"{Below(4)}" });
                return command;
        }
    }
    private SettingsChange Settings(ClusterState state) => new()
    {
        BasedOn = state.Settings.Version + (_random.Chance(0.1) ? 1U : 0),
        Who = "ann",
        Settings = new Settings
        {
            Timing = new TimingSettings { Profile = ClusterSettings.Profiles[Below(3)], LeaseMs = _random.Chance(0.3) ? 500 + (uint)Below(4000) : 0 },
            Quorum = new QuorumSettings { TwoNodeFavoured = (uint)Below(5), LastManStanding = _random.Chance(0.5) },
        },
    };

    private NodeJoin Join(NodeRecord node, ClusterState state)
    {
        NodeJoin join = new()
        {
            Node = node.Id.Value,
            Name = node.Name,
            Nonce = _random.Chance(0.9) ? _random.Next() : node.Nonce,
            BootId = $"boot {Below(3)}",
            ApiUrl = $"http://{node.Name}:7080",
            FeatureLevel = level < FeatureLevels.Snapshots ? 0 : _random.Chance(0.9) ? level : level - 1,
        };
        foreach ((_, MemberId member, _, _) in state.UnprovenMembers(node.Id, node.Incarnation))
        {
            if (_random.Chance(0.8))
            {
                join.ExitedMembers.Add(member.Value);
            }
        }

        if (_random.Chance(0.5))
        {
            join.Replaces = node.Incarnation.Value;
        }

        return join;
    }

    private FenceOpen Fence(NodeRecord node) => new()
    {
        Node = node.Id.Value,
        Kind = _random.Chance(0.5) ? FenceKind.Off : FenceKind.Reboot,
        Reason = "asked for",
        Requester = "ann",
        IdempotencyKey = _random.Chance(0.5) ? $"key {Below(10)}" : "",
    };

    private FenceAttemptStart Start(FenceOperation operation, ClusterState state)
    {
        uint executor = NextAfter(operation.Node, state);
        return new FenceAttemptStart
        {
            Operation = operation.Id.Value,
            Attempt = (uint)operation.Attempts.Count + 1,
            Executor = executor,
            ExecutorNonce = 42,
            Level = 1 + Below(2),
            Action = operation.Phase == FencePhase.SwitchingOn ? AttemptAction.SwitchOn : AttemptAction.SwitchOff,
        };
    }

    private FenceAttemptEnd End(FenceOperation operation)
    {
        bool succeeded = _random.Chance(0.6);
        return new FenceAttemptEnd
        {
            Operation = operation.Id.Value,
            Attempt = (uint)operation.Attempts.Count,
            Succeeded = succeeded,
            Evidence = succeeded ? Evidence.ObservedOff : Evidence.None,
            Detail = "the device said so",
            Device = "bmc",
            TookMs = 31,
            Failure = succeeded ? "" : "unreachable",
        };
    }

    private ulong Member(GroupRecord group) => group.Members.ElementAt(Below(group.Members.Count)).Member.Id.Value;

    private int Below(int bound) => (int)_random.Below((ulong)bound);
}
