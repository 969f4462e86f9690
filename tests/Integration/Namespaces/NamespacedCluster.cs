using System.Globalization;
using System.Net.Http.Json;
using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;
using Cluster.Tests.Support.Network;

namespace Cluster.Integration.Tests.Namespaces;

/// <summary>A cluster of real processes in network namespaces, watched all the time, and the troubles it is put through.</summary>
internal sealed class NamespacedCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_beyondLeases = TimeSpan.FromSeconds(1.5);

    private readonly NamespaceNetwork _network;
    private readonly QuorumWatch _watch;
    private readonly HttpClient _http;
    private readonly Action<string> _tell;

    private NamespacedCluster(NamespaceNetwork network, RunningCluster running, Action<string> tell)
    {
        _network = network;
        Running = running;
        _tell = tell;
        _watch = new QuorumWatch(running.Cluster);
        _http = running.Cluster.NewHttpClient(TimeSpan.FromSeconds(15));
    }

    public RunningCluster Running { get; }

    public IReadOnlyList<NodeDefinition> Nodes => Running.Nodes;

    /// <summary>Starts the nodes under these cuts; does not wait for anything.</summary>
    public static async Task<NamespacedCluster> StartAsync(
        int nodes, Action<string> tell, LinkCuts? cuts = null, int networks = 1, Func<LocalClusterOptions, LocalClusterOptions>? change = null)
    {
        Assert.SkipWhen(NamespaceNetwork.Missing is not null, NamespaceNetwork.Missing ?? "");
        NamespaceNetwork network = NamespaceNetwork.Create(nodes, networks);
        try
        {
            network.Apply(cuts ?? LinkCuts.None);
            LocalClusterOptions options = new() { Folder = NamespaceLeftovers.MakeFolder(), WithLockd = false, NodeCount = nodes, Network = network };
            return new NamespacedCluster(network, await RunningCluster.LaunchAsync(change?.Invoke(options) ?? options), tell);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    public void Heal() => _network.Heal();

    public void Apply(LinkCuts cuts) => _network.Apply(cuts);

    /// <summary>Waits until every node is up, knows the leader, and all have told the same events.</summary>
    /// <returns>All events, from the first.</returns>
    public async Task<IReadOnlyList<CloudEvent>> SettleAsync()
    {
        // The leader's word: a node that was switched off and is back tells what it last knew, in which all are up, until it has caught up.
        ClusterDocument settled = await Running.UntilAsync(
            "a leader sure of its majority says that all nodes are up",
            Nodes,
            document => document.Quorum is { Quorate: true, Role: ConsensusRole.Leader } && document.Nodes.All(each => each.State == NodeState.Up));
        foreach (NodeDefinition node in Nodes)
        {
            await Running.UntilAsync(
                $"{node.Name} has caught up",
                [node],
                document => document.Quorum.Quorate && document.Quorum.AppliedIndex >= settled.Quorum.AppliedIndex && document.Nodes.All(each => each.State == NodeState.Up));
        }

        List<string>[] lists = await Task.WhenAll(Nodes.Select(Running.EventsAsync));
        int common = lists.Min(list => list.Count);
        for (int node = 1; node < lists.Length; node++)
        {
            Assert.Equal(lists[0].Take(common), lists[node].Take(common));
        }

        return await EventsAsync(Nodes[0]);
    }

    /// <summary>
    /// Puts the cluster through a trouble and heals it. Afterwards nobody was declared down or fenced who reached a majority all the time and did not stand still.
    /// </summary>
    public async Task RunAsync(Scenario scenario)
    {
        IReadOnlyList<CloudEvent> before = await SettleAsync();
        int[] who = await PartsAsync();
        LinkCuts cuts = scenario.Cut(who);
        int[] paused = scenario.Paused(who);
        int[] cutOff = [.. who.Where(node => !cuts.ReachesMajority(node, who.Length, _network.Networks))];
        int[] dying = [.. cutOff.Union(scenario.PauseKills ? paused : [])];
        NodeDefinition[] healthy = [.. Nodes.Where(node => !cutOff.Contains(node.Id) && !paused.Contains(node.Id))];

        long began = Environment.TickCount64;
        _network.Apply(cuts);
        foreach (int node in paused)
        {
            Nodes[node - 1].Power.Hang();
        }

        if (healthy.Length > who.Length / 2)
        {
            ulong[] lives = [.. before.Where(each => each.Data is NodeUpData).Select(each => ((NodeUpData)each.Data).Incarnation)];
            await Running.UntilAsync(
                $"the healthy nodes have a leader and {string.Join(",", dying)} declared down",
                healthy,
                document => document.Quorum is { Quorate: true, Role: ConsensusRole.Leader }
                    && document.Nodes.All(node => !dying.Contains((int)node.Id) || node.State != NodeState.Up || !lives.Contains(node.Incarnation)));
        }

        if (_network.Networks > 1 && dying.Length == 0)
        {
            // Longer than any lease that was granted before the cut.
            await Task.Delay(s_beyondLeases, TestContext.Current.CancellationToken);
            foreach (NodeDefinition node in healthy.Where(node => node.Id == who[0] || cuts.Connects(node.Id, who[0], _network.Networks)))
            {
                await Running.UntilAsync($"{node.Name} holds its lease by what the other network carries", [node], document => document.Quorum.Lease.Held);
            }
        }

        TimeSpan rest = scenario.Lasts - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
        await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, TestContext.Current.CancellationToken);
        foreach (int node in paused)
        {
            Nodes[node - 1].Power.TryResume();
        }

        _network.Heal();
        long healed = Environment.TickCount64;
        IReadOnlyList<CloudEvent> after = await SettleAsync();
        _tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{scenario.Name}: leader n{who[0]}, cut off [{string.Join(",", cutOff)}], {healed - began} ms in trouble, {Environment.TickCount64 - healed} ms to settle, {after.Count - before.Count} events"));
        string[] excused = [.. dying.Select(node => Nodes[node - 1].Name)];
        foreach (CloudEvent each in after.Skip(before.Count))
        {
            Assert.False(VictimOf(each) is { } victim && !excused.Contains(victim), $"{scenario.Name}: {each.Type} of a healthy node, {each.Data}");
        }

        AssertOneSide(after);
    }

    /// <summary>At no moment two sides acted for the cluster.</summary>
    public void AssertOneSide(IReadOnlyList<CloudEvent> events)
    {
        QuorumSample[] samples = [.. _watch.Samples];
        Assert.NotEmpty(samples);
        Assert.Empty(QuorumCheck.LeasesBeyondDown(samples, events));
        Assert.Empty(QuorumCheck.TwoLeaders(samples));
    }

    /// <summary>What every node said of itself since the start.</summary>
    public IReadOnlyCollection<QuorumSample> Samples => _watch.Samples;

    /// <summary>Whom an event harms; null when nobody.</summary>
    public static string? VictimOf(CloudEvent each) => each.Data switch
    {
        NodeDownData down => down.Node,
        FenceOpenedData opened => opened.Node,
        FenceAttemptStartedData attempt => attempt.Node,
        NodeFencedData fenced => fenced.Node,
        _ => null,
    };

    public async Task<IReadOnlyList<CloudEvent>> EventsAsync(NodeDefinition node)
    {
        List<CloudEvent> events = [];
        EventPage page;
        do
        {
            Uri address = new(node.ApiUrl, $"/v1/events?after={(events.Count == 0 ? "0" : events[^1].Id)}&limit=500");
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            request.Headers.Accept.ParseAdd("application/json");
            using HttpResponseMessage answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
            page = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.EventPage, TestContext.Current.CancellationToken))!;
            events.AddRange(page.Events);
        }
        while (page.Events.Count > 0);

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        _http.Dispose();
        await Running.DisposeAsync();
        _network.Dispose();
    }

    /// <summary>The nodes' numbers, the leader's first.</summary>
    private async Task<int[]> PartsAsync()
    {
        int leader = Running.Leader(await Running.AllUpAsync()).Id;
        return [leader, .. Nodes.Select(node => node.Id).Where(id => id != leader)];
    }
}
