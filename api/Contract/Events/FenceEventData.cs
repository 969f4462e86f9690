namespace Cluster.Api.Contract;

/// <summary>A fence operation was opened.</summary>
/// <param name="Operation">Its id.</param>
/// <param name="Node">The target.</param>
/// <param name="Incarnation">The life that is to end.</param>
/// <param name="FenceKind">What it is to do.</param>
/// <param name="Reason">Why.</param>
/// <param name="Requester">Who asked.</param>
public sealed record FenceOpenedData(
    ulong Operation, string Node, ulong Incarnation, FenceKind FenceKind, string Reason, string Requester) : EventData;

/// <summary>An attempt was committed; its executor now calls the agent.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Attempt">The attempt's number in it.</param>
/// <param name="Node">The target.</param>
/// <param name="Executor">The node that runs the agent.</param>
/// <param name="Level">The fencing level.</param>
/// <param name="Action">What is ordered.</param>
public sealed record FenceAttemptStartedData(
    ulong Operation, uint Attempt, string Node, string Executor, int Level, FenceAttemptAction Action) : EventData;

/// <summary>The outcome of an attempt.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Attempt">The attempt's number in it.</param>
/// <param name="Node">The target.</param>
/// <param name="Action">What was ordered.</param>
/// <param name="Succeeded">Whether it had its effect, observed.</param>
/// <param name="Evidence">What was observed.</param>
/// <param name="Failure">A stable word for the failure; absent on success.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Device">The devices used.</param>
/// <param name="TookMs">How long it took, in milliseconds.</param>
public sealed record FenceAttemptEndedData(
    ulong Operation,
    uint Attempt,
    string Node,
    FenceAttemptAction Action,
    bool Succeeded,
    Evidence Evidence,
    string? Failure,
    string Detail,
    string Device,
    long TookMs) : EventData;

/// <summary>A fence operation is over.</summary>
/// <param name="Operation">Its id.</param>
/// <param name="Node">The target.</param>
/// <param name="Outcome"><c>fenced</c>, <c>powered-on</c>, <c>on-failed</c>, <c>confirmed</c> or <c>superseded</c>.</param>
public sealed record FenceClosedData(ulong Operation, string Node, string Outcome) : EventData;
