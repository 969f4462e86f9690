namespace Cluster.Fencing;

/// <summary>A plug-in: makes agents from configured devices.</summary>
public interface IFenceAgentFactory
{
    /// <summary>The word that the configuration uses for it, e.g. <c>ipmi</c>.</summary>
    string AgentType { get; }

    /// <summary>The parameters it takes.</summary>
    IReadOnlyList<FenceParameter> Parameters { get; }

    /// <summary>Makes an agent.</summary>
    /// <exception cref="FenceConfigurationException">A parameter is missing, unknown or out of range; the message names it.</exception>
    IFenceAgent Create(FenceDevice device, ISecretSource secrets);
}
