using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <content>Applying entries.</content>
public sealed partial class ClusterState
{
    private readonly RequestHistory _requests = new();
    private LogIndex _applying;
    private long _applyingAtUnixMs;
    private uint _ordinal;
    private List<ClusterEvent>? _emitted;

    /// <summary>
    /// Applies the next committed entry and appends the events it causes to <paramref name="events"/>.
    /// </summary>
    /// <returns>The command as read, and what became of it; null for an entry that carries no command.</returns>
    internal (Command Command, CommandOutcome Outcome)? Apply(in LogEntry entry, List<ClusterEvent> events)
    {
        Invariant.Check(entry.Index == AppliedIndex.Next, "entries are applied in order of their index, each once");
        AppliedIndex = entry.Index;
        _applying = entry.Index;
        _ordinal = 0;
        _emitted = events;
        if (entry.Kind == EntryKind.Configuration)
        {
            ApplyConfiguration(entry);
        }

        if (entry.Kind != EntryKind.Command)
        {
            return null;
        }

        Command command = Read(entry.Payload);
        _applyingAtUnixMs = command.AtUnixMs;
        NodeId proposer = new(command.Proposer);
        if (command.Request != 0)
        {
            switch (_requests.Judge(proposer, command.Request, out CommandOutcome? earlier))
            {
                case ProposalVerdict.Known:
                    return (command, earlier!);
                case ProposalVerdict.Forgotten:
                    return (command, Refused(OutcomeCode.Stale, "the request is so old that its outcome is forgotten; look what became of it and ask anew"));
                case ProposalVerdict.New:
                    break;
            }
        }

        CommandOutcome outcome = RefuseTooNew(command) ?? Dispatch(command);
        if (command.Request != 0)
        {
            _requests.Remember(proposer, command.Request, outcome);
        }

        return (command, outcome);
    }

    /// <summary>What became of a request, if it was decided and is remembered.</summary>
    internal CommandOutcome? FindOutcome(NodeId proposer, ulong request) =>
        _requests.Judge(proposer, request, out CommandOutcome? outcome) == ProposalVerdict.Known ? outcome : null;

    private static Command Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return Command.Parser.ParseFrom(payload.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            // An unreadable command must not stop one node and not another: it is refused alike everywhere.
            return new Command();
        }
    }

    private CommandOutcome Dispatch(Command command) => command.KindCase switch
    {
        var kind when BeganWith(kind) > FeatureLevel => Unknown(),
        Command.KindOneofCase.NodeJoin => ApplyNodeJoin(command.NodeJoin),
        Command.KindOneofCase.NodeDown => ApplyNodeDown(command.NodeDown),
        Command.KindOneofCase.NodeLeave => ApplyNodeLeave(command.NodeLeave),
        Command.KindOneofCase.NodeAdd => ApplyNodeAdd(command.NodeAdd),
        Command.KindOneofCase.NodeRemove => ApplyNodeRemove(command.NodeRemove),
        Command.KindOneofCase.NodeConfigure => ApplyNodeConfigure(command.NodeConfigure),
        Command.KindOneofCase.TokenIssue => ApplyTokenIssue(command.TokenIssue),
        Command.KindOneofCase.TokenRevoke => ApplyTokenRevoke(command.TokenRevoke),
        Command.KindOneofCase.FenceOpen => ApplyFenceOpen(command.FenceOpen),
        Command.KindOneofCase.FenceAttemptStart => ApplyAttemptStart(command.FenceAttemptStart),
        Command.KindOneofCase.FenceAttemptEnd => ApplyAttemptEnd(command.FenceAttemptEnd),
        Command.KindOneofCase.FenceConfirm => ApplyFenceConfirm(command.FenceConfirm),
        Command.KindOneofCase.GroupJoin => ApplyGroupJoin(command.GroupJoin),
        Command.KindOneofCase.GroupLeave => ApplyGroupLeave(command.GroupLeave),
        Command.KindOneofCase.GroupAck => ApplyGroupAck(command.GroupAck),
        Command.KindOneofCase.GroupExpel when FeatureLevel >= FeatureLevels.Membership => ApplyGroupExpel(command.GroupExpel),
        Command.KindOneofCase.FeatureRaise => ApplyFeatureRaise(command.FeatureRaise),
        Command.KindOneofCase.SettingsChange => ApplySettingsChange(command.SettingsChange),
        Command.KindOneofCase.ClusterAssemble => ApplyAssemble(command.ClusterAssemble),
        _ => Unknown(),
    };

    /// <summary>
    /// The level that a kind of command came with. Before the cluster has reached it, older builds may be among the members: they refuse what they don't know, and
    /// this build refuses it in the same words, whether or not the proposer has named the level.
    /// </summary>
    private static uint BeganWith(Command.KindOneofCase kind) => kind switch
    {
        Command.KindOneofCase.NodeAdd or Command.KindOneofCase.NodeRemove or Command.KindOneofCase.NodeConfigure
            or Command.KindOneofCase.TokenIssue or Command.KindOneofCase.TokenRevoke or Command.KindOneofCase.GroupExpel
            or Command.KindOneofCase.SettingsChange or Command.KindOneofCase.ClusterAssemble => FeatureLevels.Membership,
        _ => FeatureLevels.First,
    };

    private CommandOutcome Unknown() =>
        Refused(OutcomeCode.Malformed, "the command is not known to this version; upgrade all nodes before using it");

    private void Emit(ClusterEvent clusterEvent)
    {
        clusterEvent.Index = _applying.Value;
        clusterEvent.Ordinal = ++_ordinal;
        clusterEvent.AtUnixMs = _applyingAtUnixMs;
        clusterEvent.Epoch = Epoch.Value;
        Events.Add(clusterEvent);
        _emitted!.Add(clusterEvent);
    }

    private CommandOutcome Accepted(ulong id = 0) => new(OutcomeCode.Accepted, _applying.Value, id, "");

    private CommandOutcome Refused(OutcomeCode code, string detail) => new(code, _applying.Value, 0, detail);

    private CommandOutcome UnknownNode(uint node) =>
        Refused(OutcomeCode.UnknownNode, $"no node has the number {node}; the configured nodes are {NodeNames()}");

    private string NodeNames()
    {
        List<string> names = [];
        foreach (NodeRecord node in _nodes.Values)
        {
            names.Add(node.Name);
        }

        return string.Join(", ", names);
    }
}
