using System.Diagnostics;
using Cluster.ConsensusNode.Control;
using Cluster.Tests.Support;

namespace Cluster.ConsensusNode.Driving;

/// <summary>Several <see cref="NodeProcess"/>es that form one cluster on loopback.</summary>
public sealed class NodeGroup : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Makes the group; nothing is started.</summary>
    /// <param name="folder">Each node gets a folder in it.</param>
    /// <param name="count">How many nodes.</param>
    /// <param name="options">More of their command line.</param>
    public NodeGroup(string folder, int count, IReadOnlyList<string> options)
    {
        IReadOnlyList<int> ports = FreePorts.Take(count);
        string nodes = string.Join(',', ports.Select((port, at) => $"{at + 1}={port}"));
        Nodes = [.. Enumerable.Range(1, count).Select(id => new NodeProcess((uint)id, nodes, Path.Combine(folder, $"n{id}"), options))];
    }

    /// <summary>The nodes, numbered from 1.</summary>
    public IReadOnlyList<NodeProcess> Nodes { get; }

    /// <summary>Processor time of all that run.</summary>
    public TimeSpan ProcessorTime =>
        TimeSpan.FromTicks(Nodes.Where(node => node.IsRunning).Sum(node => node.ProcessorTime.Ticks));

    /// <summary>Starts all.</summary>
    public void Start()
    {
        foreach (NodeProcess node in Nodes)
        {
            node.Start();
        }
    }

    /// <summary>Waits until one leads and has committed an entry of its term.</summary>
    /// <exception cref="TimeoutException">None did for a minute.</exception>
    public async Task<NodeProcess> LeaderAsync(CancellationToken cancellation = default)
    {
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < s_limit)
        {
            foreach (NodeProcess node in Nodes)
            {
                if (await node.TryStatusAsync() is { Leads: true })
                {
                    return node;
                }
            }

            await Task.Delay(5, cancellation);
        }

        throw new TimeoutException($"no leader after {s_limit.TotalSeconds} s; {string.Join("; ", Nodes.Select(Describe))}");
    }

    /// <summary>Waits until all running nodes have applied as much as the leader has committed.</summary>
    /// <returns>Their states, equal in <see cref="NodeStatus.Applied"/>.</returns>
    /// <exception cref="TimeoutException">They had not after a minute.</exception>
    public async Task<IReadOnlyList<NodeStatus>> AgreedAsync(CancellationToken cancellation = default)
    {
        long began = Stopwatch.GetTimestamp();
        List<NodeStatus> seen = [];
        while (Stopwatch.GetElapsedTime(began) < s_limit)
        {
            seen.Clear();
            foreach (NodeProcess node in Nodes.Where(node => node.IsRunning))
            {
                if (await node.TryStatusAsync() is { } status)
                {
                    seen.Add(status);
                }
            }

            ulong commit = seen.Max(status => status.Commit);
            if (seen.Count(status => status.Applied == commit) == Nodes.Count(node => node.IsRunning))
            {
                return seen;
            }

            await Task.Delay(10, cancellation);
        }

        throw new TimeoutException($"the nodes did not agree within {s_limit.TotalSeconds} s: {string.Join("; ", seen)}");
    }

    /// <summary>Kills all.</summary>
    public void Dispose()
    {
        foreach (NodeProcess node in Nodes)
        {
            node.Dispose();
        }
    }

    private static string Describe(NodeProcess node) => $"node {node.Id} {(node.IsRunning ? "runs" : "has ended")}: {node.Errors}";
}
