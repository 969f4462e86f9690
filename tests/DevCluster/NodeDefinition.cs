namespace Cluster.Tests.DevCluster;

/// <summary>One node of a development cluster: its addresses and its folder.</summary>
public sealed record NodeDefinition(
    int Id,
    string Name,
    string Folder,
    int PeerPort,
    int ApiPort,
    int LockdPort,
    int InProcessPort)
{
    /// <summary>Where the other nodes reach it: more than one where it is on several networks.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = ["127.0.0.1"];

    /// <summary>The network namespace that it lives in, to be entered; null on the machine's own network.</summary>
    public string? NamespacePath { get; init; }

    /// <summary>The REST API: for <see cref="LocalCluster.NewHttpClient"/>, which takes another way to a node in a namespace.</summary>
    public Uri ApiUrl => new(NamespacePath is null ? $"http://127.0.0.1:{ApiPort}" : $"http://{Name}");

    /// <summary>The REST API on a Unix socket, which no cut of a network concerns.</summary>
    public string ApiSocket => Path.Combine(Folder, "run", "api.sock");

    /// <summary>The socket on which lock managers reach the daemon.</summary>
    public string MembersSocket => Path.Combine(Folder, "run", "members.sock");

    /// <summary>The socket on which clients reach lockd.</summary>
    public string LockdSocket => Path.Combine(Folder, "run", "lockd.sock");

    /// <summary>What the node's workload recorded.</summary>
    public string Journal => Path.Combine(Folder, "workload.journal");

    /// <summary>Exists when the node's workload has ended in good order.</summary>
    public string WorkloadEnded => Path.Combine(Folder, "workload.ended");

    /// <summary>The power switch.</summary>
    public PowerSwitch Power => new(Folder);
}
