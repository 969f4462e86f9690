namespace Cluster.Membership;

/// <summary>How a start of the whole cluster goes.</summary>
public enum ColdStartVerdict
{
    /// <summary>It starts.</summary>
    Starts,

    /// <summary>There is a majority, but wait-for-all holds it until all were seen or an operator says to go on without them.</summary>
    WaitsForAll,

    /// <summary>There is no majority.</summary>
    NoQuorum,
}
