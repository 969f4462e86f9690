using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>What came of an attempt. Success of switching off is recorded only with evidence.</summary>
/// <param name="Succeeded">Whether the action had its effect, observed.</param>
/// <param name="Evidence">What was observed; <see cref="Evidence.None"/> when nothing.</param>
/// <param name="Failure">Short stable word for the failure, or empty.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Device">The device or devices used.</param>
/// <param name="Took">How long it took.</param>
public sealed record AttemptOutcome(
    bool Succeeded,
    Evidence Evidence,
    string Failure,
    string Detail,
    string Device,
    TimeSpan Took);
