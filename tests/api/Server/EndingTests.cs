using System.Net;
using System.Text.Json;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

/// <summary>How real daemons end, and what the others make of it.</summary>
public sealed class EndingTests
{
    [Fact]
    public async Task A_node_that_could_not_leave_ends_with_3_and_says_so()
    {
        await using var nodes = new ProcessNodes(3);
        await nodes.StartAsync(0, 1, 2);
        await nodes.AllUpAsync(0);
        nodes[1].Crash();
        nodes[2].Crash();

        nodes[0].Terminate();

        (int code, string error) = await nodes[0].EndAsync();
        Assert.Equal(3, code);
        Assert.Contains("ended without leaving the cluster", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_whose_disk_is_full_ends_at_once_another_leads_and_it_starts_again_when_there_is_space()
    {
        await using var nodes = new ProcessNodes(3) { Extra = "log: { segmentKib: 64 }" };
        using TinyDisk first = TinyDisk.Mount(nodes.DataOf(0), 2048);
        using TinyDisk second = TinyDisk.Mount(nodes.DataOf(1), 2048);
        using TinyDisk third = TinyDisk.Mount(nodes.DataOf(2), 2048);
        TinyDisk[] disks = [first, second, third];
        await nodes.StartAsync(0, 1, 2);
        int leader = ProcessNodes.Leader(await nodes.AllUpAsync(0));
        int other = (leader + 1) % 3;
        disks[leader].Fill();

        await WriteUntilAsync(nodes, other, () => nodes[leader].HasEnded);

        (int code, string error) = await nodes[leader].EndAsync();
        Assert.Equal(70, code);
        Assert.Contains($"in {nodes.DataOf(leader)}", error, StringComparison.Ordinal);
        Assert.Contains("the disk is full", error, StringComparison.Ordinal);
        Assert.Contains("start it again when there is space", error, StringComparison.Ordinal);

        // What the operator is told last. The log before it, if it came out in time, may say for developers where it happened.
        string sentence = error.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("clusterd ends", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", sentence, StringComparison.Ordinal);
        await nodes.UntilAsync(other, "another leads", cluster => ProcessNodes.Leader(cluster) is >= 0 and var now && now != leader);

        disks[leader].Free();
        await nodes.StartAsync(leader);
        await nodes.AllUpAsync(leader);
        string last = (await nodes.AllUpAsync(other)).GetProperty("position").GetString()!;
        await nodes.UntilAsync(leader, "it knows everything", cluster => cluster.GetProperty("position").GetString() == last);
        Assert.Equal(await EventsAsync(nodes, other), await EventsAsync(nodes, leader));
    }

    /// <summary>Commands that the cluster refuses: they stand in the log all the same.</summary>
    private static async Task WriteUntilAsync(ProcessNodes nodes, int through, Func<bool> enough)
    {
        string body = $$"""{"who":"Ada","node":"n{{through + 1}}","note":"{{new string('x', 500)}}"}""";
        for (int at = 0; !enough(); at++)
        {
            Assert.True(at < 5000, "the disk of the leader did not become full");
            using HttpResponseMessage response = await nodes.PostAsync(through, $"/v1/nodes/n{through + 1}/confirm-fenced", body);
            Assert.True(
                response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable, await response.Content.ReadAsStringAsync());
        }
    }

    private static async Task<string> EventsAsync(ProcessNodes nodes, int at)
    {
        using JsonDocument page = JsonDocument.Parse(await nodes.GetAsync(at, "/v1/events?limit=500"));
        return page.RootElement.GetProperty("events").GetRawText();
    }
}
