using Cluster.Api.Contract;
using Cluster.Consensus;
using Cluster.Membership;
using Protocol = Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Cluster;

/// <summary>The replicated state's words to the API's. They are kept apart so that the core can change without the API.</summary>
internal static class DocumentMap
{
    public static Evidence Of(Protocol.Evidence evidence) => evidence switch
    {
        Protocol.Evidence.LeaseExpired => Evidence.LeaseExpired,
        Protocol.Evidence.ConfirmedByHuman => Evidence.ConfirmedByHuman,
        Protocol.Evidence.ProcessExited => Evidence.ProcessExited,
        Protocol.Evidence.SelfFenced => Evidence.SelfFenced,
        Protocol.Evidence.FabricCut => Evidence.FabricCut,
        Protocol.Evidence.ObservedOff => Evidence.ObservedOff,
        _ => Evidence.None,
    };

    public static FenceKind Of(Protocol.FenceKind kind) =>
        kind == Protocol.FenceKind.Off ? FenceKind.Off : FenceKind.Reboot;

    public static Protocol.FenceKind Of(FenceKind kind) =>
        kind == FenceKind.Off ? Protocol.FenceKind.Off : Protocol.FenceKind.Reboot;

    public static FenceAttemptAction Of(Protocol.AttemptAction action) =>
        action == Protocol.AttemptAction.SwitchOn ? FenceAttemptAction.On : FenceAttemptAction.Off;

    public static NodeState Of(NodeLifeState state) => state switch
    {
        NodeLifeState.Up => NodeState.Up,
        NodeLifeState.Down => NodeState.Down,
        NodeLifeState.Fenced => NodeState.Fenced,
        NodeLifeState.Left => NodeState.Left,
        _ => NodeState.Absent,
    };

    public static FenceOperationPhase Of(FencePhase phase) => phase switch
    {
        FencePhase.SeekingEvidence => FenceOperationPhase.SeekingEvidence,
        FencePhase.SwitchingOn => FenceOperationPhase.SwitchingOn,
        _ => FenceOperationPhase.Closed,
    };

    public static GroupState Of(GroupPhase phase) => phase switch
    {
        GroupPhase.Stopped => GroupState.Stopped,
        GroupPhase.Starting => GroupState.Starting,
        GroupPhase.Ready => GroupState.Ready,
        _ => GroupState.Empty,
    };

    public static ConsensusRole Of(LogRole role) => role switch
    {
        LogRole.Leader => ConsensusRole.Leader,
        LogRole.Candidate => ConsensusRole.Candidate,
        LogRole.PreCandidate => ConsensusRole.PreCandidate,
        _ => ConsensusRole.Follower,
    };

    public static DateTime Time(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime;

    public static DateTime? OptionalTime(long unixMs) => unixMs == 0 ? null : Time(unixMs);

    public static string? Optional(string text) => text.Length == 0 ? null : text;
}
