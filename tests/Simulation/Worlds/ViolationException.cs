namespace Cluster.Simulation.Worlds;

/// <summary>A promise was broken. Ends the world at once.</summary>
internal sealed class ViolationException(string rule, string what) : Exception($"{rule}: {what}")
{
    /// <summary>The promise: S1 to S8, L1 to L3, or a name.</summary>
    public string Rule { get; } = rule;

    public string What { get; } = what;
}
