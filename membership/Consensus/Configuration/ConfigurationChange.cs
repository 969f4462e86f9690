namespace Cluster.Consensus;

/// <summary>A change of who takes part: steps that take effect together.</summary>
/// <param name="Steps">What is to be done; each node is named at most once.</param>
public sealed record ConfigurationChange(IReadOnlyList<ConfigurationStep> Steps)
{
    /// <summary>Makes a change from its steps.</summary>
    public ConfigurationChange(params ConfigurationStep[] steps)
        : this((IReadOnlyList<ConfigurationStep>)steps)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => Steps.Count == 0 ? "no step" : string.Join(", ", Steps);
}
