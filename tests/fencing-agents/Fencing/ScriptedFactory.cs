namespace Cluster.Fencing.Tests;

/// <summary>A plug-in called <c>test</c> whose agents are looked up by device name.</summary>
internal sealed class ScriptedFactory(IReadOnlyDictionary<string, ScriptedAgent> agents, bool open = false) : IFenceAgentFactory
{
    public string AgentType => "test";

    public bool AcceptsOtherParameters => open;

    public IReadOnlyList<FenceParameter> Parameters { get; } =
    [
        new("address", Required: true, Secret: false, null, "Where it is."),
        new("password", Required: false, Secret: true, null, "Reference to the password."),
    ];

    public IFenceAgent Create(FenceDevice device, ISecretSource secrets)
    {
        if (device.Parameters.TryGetValue("password", out var reference))
        {
            secrets.Resolve(reference);
        }

        return agents[device.Name];
    }
}
