namespace Cluster.Api.Server.Hooks;

/// <summary>How hooks are run. Tests shorten what waits.</summary>
internal sealed record HookOptions
{
    /// <summary>Where they are: a sub-folder for each kind of event, e.g. <c>node-down</c>, or <c>any</c>.</summary>
    public required string Directory { get; init; }

    /// <summary>Where it is kept up to which event each has been run.</summary>
    public required string PositionDirectory { get; init; }

    /// <summary>The cluster's name, for the environment.</summary>
    public required string Cluster { get; init; }

    /// <summary>This node's name, for the environment.</summary>
    public required string Node { get; init; }

    /// <summary>How long one run may take before it is asked to end (SIGTERM).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it has to do so before it is killed (SIGKILL).</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many run at once.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>How often the folder is looked at.</summary>
    public TimeSpan RescanEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Lines of output of one run that are logged; the rest is counted.</summary>
    public int OutputLines { get; init; } = 50;
}
