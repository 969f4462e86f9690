namespace Cluster.Membership;

/// <summary>How many failures of voters are survived.</summary>
/// <param name="Guaranteed">This many, whichever they are.</param>
/// <param name="Possible">At most this many, if the right ones fail.</param>
public sealed record QuorumCount(int Guaranteed, int Possible);
