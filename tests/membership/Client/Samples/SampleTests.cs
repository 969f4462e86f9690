using System.Runtime.CompilerServices;
using System.Text;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Example;
using Microsoft.Extensions.Hosting;

namespace Cluster.Client.Tests.Samples;

/// <summary>The samples of docs/client.md are the files of this folder: compiled with the tests, run here.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task The_page_shows_the_samples_as_they_are_compiled()
    {
        string page = Path.Combine(Root(), "docs", "client.md");
        string kept = await File.ReadAllTextAsync(page);
        string now = kept;
        foreach (string name in new[] { "LockManagerSample", "HostSample" })
        {
            string text = await File.ReadAllTextAsync(Path.Combine(Root(), "tests", "membership", "Client", "Samples", name + ".cs"));
            string code = text[(text.IndexOf("// <sample>\n", StringComparison.Ordinal) + 12)..text.IndexOf("// </sample>", StringComparison.Ordinal)];
            string mark = $"<!-- {name} -->\n```csharp\n";
            int start = now.IndexOf(mark, StringComparison.Ordinal);
            Assert.True(start >= 0, $"docs/client.md has no place for {name}");
            int end = now.IndexOf("```", start + mark.Length, StringComparison.Ordinal);
            now = new StringBuilder().Append(now.AsSpan(0, start)).Append(mark).Append(code).Append(now.AsSpan(end)).ToString();
        }

        if (Environment.GetEnvironmentVariable("CLUSTER_GOLDEN") == "write")
        {
            await File.WriteAllTextAsync(page, now);
        }
        else
        {
            Assert.True(kept == now, "docs/client.md shows other code than tests/membership/Client/Samples: write it anew with CLUSTER_GOLDEN=write");
        }
    }

    [Fact]
    public async Task The_lock_manager_grants_when_its_group_is_ready_and_ends_with_the_incarnation()
    {
        await using var daemon = new FakeDaemon { Decide = command => new CommandOutcome(OutcomeCode.Accepted, 1, command.GroupJoin is null ? 0UL : 101, "") };
        daemon.Grant(7, TimeSpan.FromMinutes(10));
        var manager = new LockManager(daemon.SocketPath, "127.0.0.1:7301");
        using var stop = new CancellationTokenSource();
        Task running = manager.RunAsync(stop.Token);
        await Eventually.Holds(() => !daemon.Commands.IsEmpty, "the join");
        daemon.EmitStart("orders", 1, 101);
        await Eventually.Holds(() => daemon.Commands.Any(command => command.GroupAck is { Generation: 1 }), "the acknowledgement");
        Assert.Equal(0, manager.Granted);
        daemon.Emit(new ClusterEvent { GroupReady = new GroupReadyEvent { Group = "orders", Generation = 1 } });
        await Eventually.Holds(() => manager.Granted > 0, "a grant");
        daemon.EndIncarnation("declared down");
        await Eventually.Ends(running, "the manager to end");
        await stop.CancelAsync();
    }

    [Fact]
    public async Task The_host_starts_and_stops()
    {
        await using var daemon = new FakeDaemon();
        daemon.Grant(7, TimeSpan.FromMinutes(10));
        using IHost host = HostSample.Build(daemon.SocketPath);
        await Eventually.Ends(host.StartAsync(), "the start");
        await Eventually.Ends(host.StopAsync(), "the stop");
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../../.."));
}
