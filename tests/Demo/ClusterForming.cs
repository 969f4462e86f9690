using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;

namespace Cluster.Tests.Demo;

/// <summary>Waits until a cluster and its main job run.</summary>
internal static class ClusterForming
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);
    private static readonly string[] s_managers = ["in-process", "user-space"];

    /// <summary>Waits until all nodes are up and all groups are ready with a member on each node.</summary>
    /// <exception cref="DemoFailedException">It took too long; the message says what was still missing.</exception>
    public static async Task<ClusterDocument> WaitAsync(
        LocalCluster cluster, ClusterApi api, IReadOnlyList<string> groups, CancellationToken cancellation)
    {
        long deadline = Environment.TickCount64 + (long)s_limit.TotalMilliseconds;
        string missing = "an answer of any node";
        while (Environment.TickCount64 < deadline)
        {
            if (await api.TryGetClusterAsync(cancellation).ConfigureAwait(false) is { } document)
            {
                missing = Missing(document, cluster.Nodes.Count, groups);
                if (missing.Length == 0)
                {
                    return document;
                }
            }

            await Task.Delay(50, cancellation).ConfigureAwait(false);
        }

        throw new DemoFailedException($"the cluster did not form within {s_limit.TotalSeconds} s; still missing: {missing}");
    }

    /// <summary>Waits until each node's workload holds its own lock in both managers, under a hold that is not among the known ones.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> WaitForJobAsync(
        LocalCluster cluster, IReadOnlyDictionary<string, string> known, CancellationToken cancellation)
    {
        long deadline = Environment.TickCount64 + (long)s_limit.TotalMilliseconds;
        while (true)
        {
            Dictionary<string, string> holds = [];
            foreach (NodeDefinition node in cluster.Nodes)
            {
                foreach (string manager in s_managers)
                {
                    string key = $"home.{manager}.{node.Name}";
                    string path = Path.Combine(cluster.Options.Folder, key);
                    if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false) is { } hold
                        && known.GetValueOrDefault(key) != hold)
                    {
                        holds[key] = hold;
                    }
                }
            }

            if (holds.Count == cluster.Nodes.Count * s_managers.Length)
            {
                return holds;
            }

            if (Environment.TickCount64 > deadline)
            {
                throw new DemoFailedException(
                    $"the workloads did not get to work within {s_limit.TotalSeconds} s: only {string.Join(", ", holds.Keys)} are held");
            }

            await Task.Delay(50, cancellation).ConfigureAwait(false);
        }
    }

    private static string Missing(ClusterDocument document, int nodes, IReadOnlyList<string> groups)
    {
        foreach (NodeDocument node in document.Nodes)
        {
            if (node.State != NodeState.Up)
            {
                return $"{node.Name} is {node.State.ToString().ToLowerInvariant()}";
            }
        }

        foreach (string name in groups)
        {
            GroupDocument? group = document.Groups.FirstOrDefault(candidate => candidate.Name == name);
            if (group is null || group.State != GroupState.Ready || group.Members.Count != nodes)
            {
                return $"group {name}: {(group is null ? "nobody has joined" : $"{group.State}, {group.Members.Count} members, waits for {string.Join("; ", group.WaitsFor)}")}";
            }
        }

        return document.Nodes.Any(node => node.Leader) ? "" : "a leader";
    }
}
