using System.Globalization;
using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Driving;
using Cluster.ConsensusNode.State;
using Cluster.Integration.Tests.Chaos;
using Cluster.Tests.Support;

namespace Cluster.Integration.Tests;

/// <summary>
/// The replicated log in real processes that are killed at random. CLUSTER_CHAOS_SECONDS makes it last longer than the 30 seconds of an
/// ordinary run; CLUSTER_CHAOS_SEED repeats a run's choices, though not its timing.
/// </summary>
public class ChaosTests(ITestOutputHelper output)
{
    private const int Nodes = 5;
    private const int Clients = 4;
    private static readonly TimeSpan s_killPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestOutage = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Every_acknowledged_proposal_survives_kills_and_changes_of_configuration_in_order_on_all_nodes()
    {
        TimeSpan duration = TimeSpan.FromSeconds(Setting("CLUSTER_CHAOS_SECONDS", 30));
        int seed = Setting("CLUSTER_CHAOS_SEED", Environment.TickCount);
        output.WriteLine($"seed {seed}");
        using TemporaryFolder folder = new();
        using NodeGroup group = new(folder.Path, Nodes, ["--voters", "1,2,3", "--journal", "--compact-every", "3000", "--trailing", "300"]);
        group.Start();
        await group.LeaderAsync(TestContext.Current.CancellationToken);
        ChaosClient[] clients = [.. Enumerable.Range(1, Clients).Select(i => new ChaosClient(group, (ulong)i << 40))];
        Changer changer = new(group, new Random(seed));

        int kills;
        using (CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken))
        {
            Task[] work = [.. clients.Select(client => client.RunAsync(end.Token)), changer.RunAsync(end.Token)];
            kills = await KillAsync(group, new Random(seed + 1), duration);
            await end.CancelAsync();
            await Eventually.Ends(Task.WhenAll(work), "the clients ending");
        }

        await Eventually.Holds(changer.TryTakeInAllAsync, "all nodes take part");
        await group.AgreedAsync(TestContext.Current.CancellationToken);
        JournalEntry[][] journals = await JournalsAsync(group, folder);
        ProposalRecord[] records = [.. clients.SelectMany(client => client.Records)];
        int acknowledged = records.Count(record => record.Acknowledged != 0);
        output.WriteLine(
            $"{kills} kills, {changer.Begun} changes, {changer.Transfers} transfers; {records.Length} proposals, {acknowledged} acknowledged, {journals[0].Length} in the log");
        Assert.Empty(JournalCheck.Find(journals, records));

        // A run in which little happened would show nothing.
        Assert.True(acknowledged > 100 * duration.TotalSeconds, $"only {acknowledged} proposals were acknowledged");
        Assert.True(changer.Begun > duration.TotalSeconds / 10, $"only {changer.Begun} changes were begun");
    }

    [Fact]
    public void The_check_finds_each_kind_of_broken_promise()
    {
        JournalEntry[] journal = [new(2, 10), new(3, 11), new(5, 12)];
        ProposalRecord Told(ulong id, ulong index, long sent = 1, long acknowledged = 2) =>
            new(id, sent) { Index = index, Acknowledged = acknowledged };

        Assert.Empty(JournalCheck.Find([journal, [.. journal]], [Told(10, 2), Told(11, 3), new(99, 1) { Lost = true }]));
        Assert.Contains("differ from entry 2", Assert.Single(JournalCheck.Find([journal, journal[..2]], [])));
        Assert.Contains("is gone", Assert.Single(JournalCheck.Find([journal], [Told(13, 4)])));
        Assert.Contains("stands at 3", Assert.Single(JournalCheck.Find([journal], [Told(11, 2)])));
        Assert.Contains("was said to be lost", Assert.Single(JournalCheck.Find([journal], [new(12, 1) { Lost = true }])));
        Assert.Contains("stands at 2 and at 6", Assert.Single(JournalCheck.Find([[.. journal, new(6, 10)]], [])));
        Assert.Contains("comes after", Assert.Single(JournalCheck.Find([[.. journal, new(4, 14)]], [])));
        Assert.Contains("was made after index 3", Assert.Single(JournalCheck.Find([journal], [Told(11, 3), Told(10, 2, sent: 3, acknowledged: 4)])));
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Kills a random node every second, and starts it again after up to two; in the end all run.</summary>
    private static async Task<int> KillAsync(NodeGroup group, Random random, TimeSpan duration)
    {
        long end = Environment.TickCount64 + (long)duration.TotalMilliseconds;
        int kills = 0;
        List<Task> restarts = [];
        while (Environment.TickCount64 < end)
        {
            await Task.Delay(s_killPause, TestContext.Current.CancellationToken);
            NodeProcess node = group.Nodes[random.Next(Nodes)];
            if (node.IsRunning)
            {
                node.Kill();
                kills++;
                restarts.Add(RestartAsync(node, random.NextDouble() * s_longestOutage));
            }
        }

        await Task.WhenAll(restarts);
        return kills;
    }

    private static async Task RestartAsync(NodeProcess node, TimeSpan outage)
    {
        await Task.Delay(outage, TestContext.Current.CancellationToken);
        node.Start();
    }

    private static async Task<JournalEntry[][]> JournalsAsync(NodeGroup group, TemporaryFolder folder)
    {
        List<JournalEntry[]> journals = [];
        foreach (NodeProcess node in group.Nodes)
        {
            string path = folder[$"journal-{node.Id}"];
            await node.AskAsync(new ControlRequest("journal") { Path = path });
            journals.Add(JournalEntry.Read(path));
        }

        return [.. journals];
    }
}
