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
}
