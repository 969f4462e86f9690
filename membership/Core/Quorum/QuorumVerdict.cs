namespace Cluster.Membership;

/// <summary>What becomes of a cluster after a failure.</summary>
public enum QuorumVerdict
{
    /// <summary>More than half of the votes are left: it goes on.</summary>
    Majority,

    /// <summary>Two-node mode: the voter that is left goes on as soon as it has proven the other stopped.</summary>
    ByFencing,

    /// <summary>There is quorum, but only arbiters are left: no lock manager runs.</summary>
    NobodyServes,

    /// <summary>No more than half of the votes are left: nothing is granted and nothing is fenced until nodes come back.</summary>
    NoQuorum,
}
