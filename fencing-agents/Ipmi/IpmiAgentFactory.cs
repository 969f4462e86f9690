namespace Cluster.Fencing.Ipmi;

/// <summary>
/// The plug-in <c>ipmi</c>: fences by a BMC over IPMI 2.0 (RMCP+) with cipher suite 17 or 3. See
/// <see cref="Parameters"/> for what a device sets.
/// </summary>
public sealed class IpmiAgentFactory : IFenceAgentFactory
{
    /// <inheritdoc />
    public string AgentType => "ipmi";

    /// <inheritdoc />
    public IReadOnlyList<FenceParameter> Parameters => IpmiOptions.Parameters;

    /// <inheritdoc />
    public IFenceAgent Create(FenceDevice device, ISecretSource secrets)
    {
        var options = IpmiOptions.From(device);
        options.Password(secrets);
        return new IpmiAgent(options, secrets);
    }
}
