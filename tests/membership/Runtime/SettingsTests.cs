using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

/// <summary>Settings change while the daemons run, and outlive them.</summary>
public sealed class SettingsTests
{
    [Fact]
    public async Task A_change_reaches_every_node_at_run_time_and_outlives_a_restart()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        await Eventually.Gives(
            async () => await cluster[2].Runtime.ReadAsync((node, _) => node.State.Settings.Version == 1 ? "one" : null, CancellationToken.None),
            "the configuration to become version 1");
        MembershipTiming slower = TestCluster.Timing with { ElectionTimeoutMin = TimeSpan.FromMilliseconds(1200), ElectionTimeoutMax = TimeSpan.FromMilliseconds(1800) };
        Command change = new()
        {
            RequiredLevel = FeatureLevels.Membership,
            SettingsChange = new SettingsChange { BasedOn = 1, Who = "ann", Settings = new ClusterSettings { Timing = slower }.ToSettings() },
        };

        CommandOutcome outcome = await cluster[2].Runtime.SubmitAsync(change, CancellationToken.None);
        CommandOutcome late = await cluster[3].Runtime.SubmitAsync(change, CancellationToken.None);

        Assert.True(outcome.Accepted, outcome.Detail);
        Assert.Equal(OutcomeCode.Conflict, late.Code);
        foreach (TestNode node in cluster.Nodes)
        {
            string path = Path.Combine(node.Options.DataDirectory, "timing");
            await Eventually.Holds(
                () => File.ReadAllText(path).StartsWith("version=2\npatience-ms=1200\n", StringComparison.Ordinal), $"{node.Name} to store the timing");
        }

        Assert.True(await cluster[3].StopAsync());
        await cluster[3].StartAsync();
        await cluster[3].WaitUntilUpAsync();
        ClusterSettings settings = await cluster[3].Runtime.ReadAsync((node, _) => node.Settings, CancellationToken.None);
        Assert.Equal(slower, settings.Timing);
        Assert.Contains(cluster[3].Log.Lines, line => line.Contains("Goes by version 2 of the settings", StringComparison.Ordinal));
    }
}
