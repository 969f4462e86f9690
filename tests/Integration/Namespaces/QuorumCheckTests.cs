using Cluster.Api.Contract;

namespace Cluster.Integration.Tests.Namespaces;

/// <summary>The checks of the namespace tests find what they are made to find.</summary>
public class QuorumCheckTests
{
    private static readonly DateTime s_noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_lease_that_runs_beyond_its_holders_death_is_found()
    {
        CloudEvent down = new()
        {
            Id = "7.0",
            Source = "/clusters/dev",
            Type = "cluster.node-down",
            Subject = "nodes/n2",
            Time = s_noon,
            Data = new NodeDownData("n2", 5, "silent", 800) { Epoch = 4 },
        };

        Assert.Empty(QuorumCheck.LeasesBeyondDown([Sample(2, -700, 5, lease: 690), Sample(2, 100, 9, lease: 700), Sample(3, 0, 5, lease: 700)], [down]));
        Assert.Contains("n2", Assert.Single(QuorumCheck.LeasesBeyondDown([Sample(2, -700, 5, lease: 710)], [down])));
    }

    [Fact]
    public void Two_leaders_at_the_same_time_are_found()
    {
        Assert.Empty(QuorumCheck.TwoLeaders([Sample(1, 0, 5, term: 3), Sample(1, 100, 5, term: 3), Sample(2, 200, 6, term: 4), Sample(1, 300, 5, term: 5)]));
        Assert.Contains("n2 led", Assert.Single(
            QuorumCheck.TwoLeaders([Sample(1, 0, 5, term: 3), Sample(2, 100, 6, term: 4), Sample(1, 200, 5, term: 3)])));
    }

    private static QuorumSample Sample(int node, int atMs, ulong incarnation, int lease = 0, ulong term = 0) => new(
        node, $"n{node}", s_noon.AddMilliseconds(atMs), s_noon.AddMilliseconds(atMs + 1), incarnation, TimeSpan.FromMilliseconds(lease), term);
}
