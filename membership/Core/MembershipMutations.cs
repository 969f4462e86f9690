namespace Cluster.Membership;

/// <summary>
/// Deliberate mistakes that the simulator must catch (a checker that has never failed proves nothing). Never set in production.
/// </summary>
[Flags]
public enum MembershipMutations
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Declare a node down when only half of its lease has run out (breaks S2).</summary>
    DeclareDownEarly = 1,

    /// <summary>Start a group before the departed members are proven stopped (breaks S3).</summary>
    RestartGroupBeforeEvidence = 2,

    /// <summary>Reckon the end of every lease with the length that leases have now (breaks S2 when they were made shorter).</summary>
    ForgetLongerLease = 1 << 8,

    /// <summary>Go on without an expelled member although its process may still act (breaks S3).</summary>
    CountExpelledAsClean = 1 << 9,
}
