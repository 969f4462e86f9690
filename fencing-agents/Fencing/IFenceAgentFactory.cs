namespace Cluster.Fencing;

/// <summary>A plug-in: makes agents from configured devices.</summary>
public interface IFenceAgentFactory
{
    /// <summary>The word that the configuration uses for it, e.g. <c>ipmi</c>.</summary>
    string AgentType { get; }

    /// <summary>The parameters it takes.</summary>
    IReadOnlyList<FenceParameter> Parameters { get; }

    /// <summary>
    /// Whether a device may set parameters that <see cref="Parameters"/> does not list, because the plug-in stands for a family
    /// of devices that each bring their own. Then the plug-in itself decides which of those are secrets.
    /// </summary>
    bool AcceptsOtherParameters => false;

    /// <summary>
    /// Makes an agent. Reaches no device. Secrets are resolved here once, so that a bad reference is found when the
    /// configuration is read, and again before each action, so that a changed secret takes effect.
    /// </summary>
    /// <exception cref="FenceConfigurationException">A parameter is missing, unknown or out of range; the message names it.</exception>
    IFenceAgent Create(FenceDevice device, ISecretSource secrets);
}
