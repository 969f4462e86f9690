using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>Times that several parts of the consensus world go by.</summary>
internal static class RaftWorldTimes
{
    /// <summary>By then all hosts have booted and somebody leads, unless faults prevent it.</summary>
    public static readonly long Settled = SimTime.Seconds(4);

    /// <summary>How long after the last fault everything has to be in order again.</summary>
    public static readonly long Recovered = SimTime.Seconds(30);
}
