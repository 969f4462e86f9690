namespace Cluster.Fencing.Exec;

/// <summary>
/// The plug-in <c>exec</c>: runs any agent of the fence-agents kind (<c>fence_ipmilan</c>, <c>fence_apc</c>, ...). A device sets
/// <c>agent</c>, what <see cref="Parameters"/> lists, and whatever parameters the agent itself takes; those reach it on standard input.
/// </summary>
public sealed class ExecAgentFactory : IFenceAgentFactory
{
    /// <inheritdoc />
    public string AgentType => "exec";

    /// <inheritdoc />
    public IReadOnlyList<FenceParameter> Parameters => ExecOptions.Parameters;

    /// <summary>True: each agent brings its own. Those that look like secrets must be references, as <c>password</c> must.</summary>
    public bool AcceptsOtherParameters => true;

    /// <inheritdoc />
    public IFenceAgent Create(FenceDevice device, ISecretSource secrets)
    {
        var options = ExecOptions.From(device);
        AgentInput.Check(options, secrets);
        return new ExecAgent(options, secrets);
    }
}
