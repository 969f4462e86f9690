using System.Collections.Concurrent;
using System.Diagnostics;
using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Driving;

namespace Cluster.Integration.Tests.Chaos;

/// <summary>
/// Proposes without pause, many at a time, to whichever node leads, and writes down what it is told. It lives outside the nodes: what
/// it was told survives their death.
/// </summary>
internal sealed class ChaosClient(NodeGroup group, ulong firstId)
{
    private const int Outstanding = 32;

    private readonly ConcurrentDictionary<ulong, ProposalRecord> _records = new();
    private ulong _nextId = firstId;

    /// <summary>Everything it proposed; to be read when <see cref="RunAsync"/> has ended.</summary>
    public ICollection<ProposalRecord> Records => _records.Values;

    /// <summary>How many acknowledgements it has.</summary>
    public int AcknowledgedCount => _records.Values.Count(record => record.Acknowledged != 0);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                if (await FindLeaderAsync(end) is { } leader)
                {
                    await ProposeAsync(leader, end);
                }
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
            {
                // The node was killed, or the run is over.
            }
        }
    }

    private async Task<NodeProcess?> FindLeaderAsync(CancellationToken end)
    {
        foreach (NodeProcess node in group.Nodes)
        {
            if (await node.TryStatusAsync() is { Leads: true })
            {
                return node;
            }
        }

        await Task.Delay(10, end);
        return null;
    }

    /// <summary>Keeps proposals outstanding until one is refused or the connection breaks.</summary>
    private async Task ProposeAsync(NodeProcess leader, CancellationToken end)
    {
        using ControlClient client = await leader.ConnectAsync(end);
        for (int i = 0; i < Outstanding; i++)
        {
            await SendAsync(client, end);
        }

        for (int refused = 0; refused == 0;)
        {
            ControlAnswer answer = await client.ReceiveAsync(end);
            ProposalRecord record = _records[answer.Id];
            switch (answer.Error)
            {
                case null:
                    record.Index = answer.Index;
                    record.Acknowledged = Stopwatch.GetTimestamp();
                    await SendAsync(client, end);
                    break;
                case "Lost":
                    record.Lost = true;
                    refused++;
                    break;
                default:
                    refused++;
                    break;
            }
        }
    }

    private async Task SendAsync(ControlClient client, CancellationToken end)
    {
        ProposalRecord record = new(_nextId++, Stopwatch.GetTimestamp());
        _records[record.Id] = record;
        await client.SendAsync(new ControlRequest("propose") { Id = record.Id }, end);
    }
}
