using System.Diagnostics;
using Cluster.Client.Protocol;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

public sealed class MemberProcessTests
{
    [Fact]
    public async Task A_killed_client_process_leaves_its_group_without_a_fence()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Member survivor = await Member.JoinAsync(cluster, cluster[1], "g");
        using Process process = StartMember(cluster[2], "g");
        string? line = await Eventually.Ends(process.StandardOutput.ReadLineAsync(), "the member process to join");
        Assert.StartsWith("joined m", line, StringComparison.Ordinal);
        await survivor.ReadyWithAsync(2);

        process.Kill();

        await survivor.ReadyWithAsync(1);
        ClusterEvent stop = cluster[1].Seen().Last(each => each.GroupStop?.Departed.Count > 0);
        Assert.Equal(line, $"joined m{Assert.Single(stop.GroupStop.Departed)}");
        Assert.DoesNotContain(cluster[1].Seen(), each => each.NodeDown is not null || each.FenceOpened is not null);
        Assert.Empty(cluster[2].Runtime.LocalMembers);
    }

    [Fact]
    public async Task A_process_that_closes_its_socket_but_lives_stays_a_member_and_may_come_back()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(size: 1);
        RequestResult joined;
        using (RawClient first = await RawClient.HelloAsync(cluster[1].SocketPath, process: 5))
        {
            joined = await first.JoinAsync(request: 1, "g", nonce: 77);
            Assert.True(joined.Accepted, joined.Detail);
        }

        await Eventually.Holds(
            () => cluster[1].Log.Lines.Any(line => line.Contains("closed its connection but lives", StringComparison.Ordinal)),
            "the server to notice the closed connection");
        Assert.Single(cluster[1].Runtime.LocalMembers);
        Assert.DoesNotContain(cluster[1].Seen(), each => each.GroupStop is not null);

        // The same request again, on the next connection, finds the same stay; leaving it then works.
        using RawClient second = await RawClient.HelloAsync(cluster[1].SocketPath, process: 5);
        Assert.Equal(joined.Member, (await second.JoinAsync(request: 1, "g", nonce: 77)).Member);
        await second.SendAsync(new ClientMessage { LeaveGroup = new LeaveGroup { Request = 2, Group = "g", Member = joined.Member } });
        Assert.True((await second.NextAsync(message => message.Result?.Request == 2)).Result.Accepted);
        await Eventually.Holds(() => cluster[1].Runtime.LocalMembers.Count == 0, "the stay to be gone");
        await cluster[1].WaitForEventAsync(each => each.GroupStop?.Departed.Contains(joined.Member) == true, "the stop");
    }

    [Fact]
    public async Task What_is_no_member_protocol_is_refused_with_a_reason()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(size: 1);
        string path = cluster[1].SocketPath;

        using var noHello = new RawClient(path);
        await noHello.SendAsync(new ClientMessage { JoinGroup = new JoinGroup { Request = 1, Group = "g" } });
        Assert.Contains("Hello", (await noHello.NextAsync(_ => true)).Refused.Detail, StringComparison.Ordinal);

        using var future = new RawClient(path);
        await future.SendAsync(new ClientMessage { Hello = new Hello { Version = 2 } });
        Assert.Equal(RefusalReason.Version, (await future.NextAsync(_ => true)).Refused.Reason);

        using var huge = new RawClient(path);
        await huge.SendBytesAsync([255, 255, 255, 127]);
        Assert.Contains("announced", (await huge.NextAsync(_ => true)).Refused.Detail, StringComparison.Ordinal);

        using var garbage = new RawClient(path);
        await garbage.SendBytesAsync([3, 0, 0, 0, 255, 255, 255]);
        Assert.Equal(RefusalReason.Protocol, (await garbage.NextAsync(_ => true)).Refused.Reason);
    }

    [Fact]
    public async Task A_daemon_with_living_members_stops_without_leaving_and_says_which()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        TestNode node = cluster.Nodes.First(each => !each.Runtime.Status.Log.IsLeader);
        using Process process = StartMember(node, "g");
        await Eventually.Ends(process.StandardOutput.ReadLineAsync(), "the member process to join");
        try
        {
            Assert.False(await node.StopAsync());
            Assert.Contains(node.Log.Lines, line => line.Contains("g/m", StringComparison.Ordinal)
                && line.Contains($"process {process.Id}", StringComparison.Ordinal)
                && line.Contains("without leaving", StringComparison.Ordinal));
            await cluster.Nodes.First(each => each != node)
                .WaitForEventAsync(each => each.NodeDown?.Node == node.Id.Value, "down");
        }
        finally
        {
            process.Kill();
        }
    }

    private static Process StartMember(TestNode node, string group)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Cluster.Tests.MemberProcess.dll");
        var start = new ProcessStartInfo("dotnet", [program, node.SocketPath, group]) { RedirectStandardOutput = true };
        return Process.Start(start)!;
    }
}
