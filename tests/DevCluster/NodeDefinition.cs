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
    /// <summary>The REST API.</summary>
    public Uri ApiUrl => new($"http://127.0.0.1:{ApiPort}");

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
