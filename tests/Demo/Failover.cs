using System.Diagnostics;
using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;

namespace Cluster.Tests.Demo;

/// <summary>The failover itself: one node hangs, the others prove it off and take over what it held, it comes back.</summary>
internal sealed class Failover(LocalCluster cluster, DemoSettings settings)
{
    private static readonly TimeSpan s_work = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_stepLimit = TimeSpan.FromSeconds(30);
    private static readonly string[] s_groups = [LocalCluster.InProcessSpace, LocalCluster.UserSpaceSpace];

    private static readonly string[] s_steps =
        ["stopped", "lastContact", "down", "fenceStarted", "observedOff", "inProcessGranting", "userSpaceGranting", "rejoined"];

    private static readonly (string, string)[] s_order =
    [
        ("stopped", "lastContact"), ("lastContact", "down"), ("down", "fenceStarted"), ("fenceStarted", "observedOff"),
        ("observedOff", "inProcessGranting"), ("observedOff", "userSpaceGranting"),
        ("inProcessGranting", "rejoined"), ("userSpaceGranting", "rejoined"),
    ];

    private static readonly string[] s_stepsByHand =
        ["stopped", "lastContact", "down", "fenceStarted", "confirmed", "inProcessGranting", "userSpaceGranting", "rejoined"];

    private static readonly (string, string)[] s_orderByHand =
    [
        ("stopped", "lastContact"), ("lastContact", "down"), ("down", "fenceStarted"), ("fenceStarted", "confirmed"),
        ("confirmed", "inProcessGranting"), ("confirmed", "userSpaceGranting"),
        ("inProcessGranting", "rejoined"), ("userSpaceGranting", "rejoined"),
    ];

    public Timeline Timeline { get; } = new();

    public string Evidence { get; private set; } = "none";

    public string StoppedNode { get; private set; } = "";

    public bool StoppedNodeLed { get; private set; }

    public IReadOnlyList<string> CheckOrder() =>
        settings.WrongBmcPassword ? Timeline.Check(s_stepsByHand, s_orderByHand) : Timeline.Check(s_steps, s_order);

    public async Task RunAsync(Stopwatch clock, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, string> holds;
        ClusterDocument before;
        using (ClusterApi all = new(cluster.Nodes))
        {
            await ClusterForming.WaitAsync(cluster, all, s_groups, cancellation).ConfigureAwait(false);
            holds = await ClusterForming.WaitForJobAsync(cluster, new Dictionary<string, string>(), cancellation).ConfigureAwait(false);
            Console.WriteLine($"all nodes are up and at work after {clock.Elapsed.TotalSeconds:0.0} s");
            await Task.Delay(s_work, cancellation).ConfigureAwait(false);
            before = await ClusterForming.WaitAsync(cluster, all, s_groups, cancellation).ConfigureAwait(false);
        }

        NodeDefinition victim = Choose(before);
        List<NodeDefinition> survivors = cluster.Nodes.Where(node => node != victim).ToList();
        using ClusterApi api = new(survivors);
        TakeOvers takeOvers = new(survivors, victim.Name);

        Console.WriteLine();
        Timeline.Begin($"{victim.Name} ({(StoppedNodeLed ? "the leader" : "a follower")}) hangs: SIGSTOP to all its processes");
        DateTime stopped = DateTime.UtcNow;
        victim.Power.Hang();

        await using EventStream events = new(token => api.FollowAsync(before.Position, token), s_stepLimit, cancellation);
        await DownAsync(events, victim.Name, cancellation).ConfigureAwait(false);
        if (settings.WrongBmcPassword)
        {
            await StayStoppedAsync(events, api, victim, survivors[0], takeOvers, stopped, cancellation).ConfigureAwait(false);
        }

        CloudEvent fenced = await events.NextAsync("evidence that it is stopped", e => e.Data is NodeFencedData data && data.Node == victim.Name, cancellation).ConfigureAwait(false);
        NodeFencedData evidence = (NodeFencedData)fenced.Data;
        Evidence = KebabCase(evidence.Evidence);
        Timeline.Add(
            settings.WrongBmcPassword ? "confirmed" : "observedOff",
            fenced.Time,
            settings.WrongBmcPassword ? $"confirmed stopped by {evidence.Who}: evidence {Evidence}" : $"observed off: evidence {Evidence}");

        await GrantingAsync(takeOvers, victim, stopped, cancellation).ConfigureAwait(false);
        if (settings.WrongBmcPassword)
        {
            Console.WriteLine($"              the operator switches {victim.Name} on again");
            victim.Power.On();
        }

        CloudEvent up = await events.NextAsync("its return", e => e.Data is NodeUpData data && data.Node == victim.Name, cancellation).ConfigureAwait(false);
        Timeline.Add("rejoined", up.Time, $"{victim.Name} rejoined as incarnation {((NodeUpData)up.Data).Incarnation}");

        using ClusterApi everybody = new(cluster.Nodes);
        await ClusterForming.WaitAsync(cluster, everybody, s_groups, cancellation).ConfigureAwait(false);
        Dictionary<string, string> others = holds.Where(hold => hold.Key.EndsWith("." + victim.Name, StringComparison.Ordinal)).ToDictionary();
        await ClusterForming.WaitForJobAsync(cluster, others, cancellation).ConfigureAwait(false);
        await Task.Delay(s_work / 2, cancellation).ConfigureAwait(false);
    }

    private NodeDefinition Choose(ClusterDocument document)
    {
        string leader = document.Nodes.First(node => node.Leader).Name;
        StoppedNode = settings.Stop switch
        {
            "leader" => leader,
            "follower" => document.Nodes.Last(node => node.Name != leader).Name,
            string name => name,
        };
        StoppedNodeLed = StoppedNode == leader;
        return cluster.Nodes.First(node => node.Name == StoppedNode);
    }

    private async Task DownAsync(EventStream events, string victim, CancellationToken cancellation)
    {
        CloudEvent down = await events.NextAsync("its being declared down", e => e.Data is NodeDownData data && data.Node == victim, cancellation)
            .ConfigureAwait(false);
        NodeDownData data = (NodeDownData)down.Data;
        Timeline.Add("lastContact", down.Time.AddMilliseconds(-data.SilentMs), "last contact of the leader with it");
        Timeline.Add("down", down.Time, $"declared down: {data.Reason}");
        CloudEvent started = await events.NextAsync(
            "the start of fencing",
            e => e.Data is FenceAttemptStartedData { Action: FenceAttemptAction.Off } attempt && attempt.Node == victim,
            cancellation).ConfigureAwait(false);
        FenceAttemptStartedData attempt = (FenceAttemptStartedData)started.Data;
        Timeline.Add("fenceStarted", started.Time, $"fence operation {attempt.Operation}: {attempt.Executor} switches it off by its BMC");
    }

    private async Task GrantingAsync(TakeOvers takeOvers, NodeDefinition victim, DateTime stopped, CancellationToken cancellation)
    {
        List<string> waiting = ["in-process", "user-space"];
        long deadline = Environment.TickCount64 + (long)s_stepLimit.TotalMilliseconds;
        List<(string Manager, TakeOver Found)> found = [];
        while (waiting.Count > 0)
        {
            foreach (string manager in waiting.ToList())
            {
                if (takeOvers.First(manager, stopped) is { } takeOver)
                {
                    found.Add((manager, takeOver));
                    waiting.Remove(manager);
                }
            }

            if (Environment.TickCount64 > deadline)
            {
                throw new DemoFailedException($"the {string.Join(" and the ", waiting)} manager did not grant what {victim.Name} held within {s_stepLimit.TotalSeconds} s");
            }

            await Task.Delay(5, cancellation).ConfigureAwait(false);
        }

        foreach ((string manager, TakeOver takeOver) in found.OrderBy(entry => entry.Found.At))
        {
            Timeline.Add(
                manager == "in-process" ? "inProcessGranting" : "userSpaceGranting",
                takeOver.At,
                $"{manager} manager: the lock that {victim.Name} held is granted to {takeOver.Node}, token {takeOver.Token}");
        }
    }

    /// <summary>No BMC takes the password: everything must stay stopped, and say why, until a human gives his word.</summary>
    private async Task StayStoppedAsync(
        EventStream events,
        ClusterApi api,
        NodeDefinition victim,
        NodeDefinition survivor,
        TakeOvers takeOvers,
        DateTime stopped,
        CancellationToken cancellation)
    {
        for (int failed = 1; failed <= 3; failed++)
        {
            CloudEvent ended = await events.NextAsync("the end of an attempt", e => e.Data is FenceAttemptEndedData data && data.Node == victim.Name, cancellation).ConfigureAwait(false);
            FenceAttemptEndedData attempt = (FenceAttemptEndedData)ended.Data;
            if (attempt.Succeeded)
            {
                throw new DemoFailedException($"attempt {attempt.Attempt} succeeded although every BMC password is wrong");
            }

            Timeline.Add("attemptFailed", ended.Time, $"attempt {attempt.Attempt} failed: {attempt.Failure}: {attempt.Detail}");
        }

        ClusterDocument document = await api.TryGetClusterAsync(cancellation).ConfigureAwait(false)
            ?? throw new DemoFailedException("no survivor answers");
        foreach (GroupDocument group in document.Groups)
        {
            if (group.State != GroupState.Stopped || !group.WaitsFor.Any(reason => reason.Contains($"fencing of {victim.Name}", StringComparison.Ordinal)))
            {
                throw new DemoFailedException($"group {group.Name} is {group.State} and waits for '{string.Join("; ", group.WaitsFor)}'; it must be stopped and wait for fencing");
            }
        }

        if (takeOvers.First("in-process", stopped) is not null || takeOvers.First("user-space", stopped) is not null)
        {
            throw new DemoFailedException($"a lock of {victim.Name} was given away without evidence");
        }

        Console.WriteLine("\nclusterctl status says:\n");
        using (Process clusterctl = Process.Start(new ProcessStartInfo(
            RepositoryLayout.Program("api/Cli", "clusterctl"),
            ["--endpoint", survivor.ApiUrl.GetLeftPart(UriPartial.Authority), "status"]))!)
        {
            await clusterctl.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }

        Console.WriteLine($"\n              the operator pulls the plug of {victim.Name} by hand, looks, and confirms");
        victim.Power.Off();
        while (victim.Power.IsOn)
        {
            await Task.Delay(10, cancellation).ConfigureAwait(false);
        }

        await api.ConfirmFencedAsync(victim.Name, "demo-operator", "I pulled the plug and saw it dark", cancellation).ConfigureAwait(false);
    }

    private static string KebabCase(Evidence evidence) => evidence switch
    {
        Api.Contract.Evidence.ObservedOff => "observed-off",
        Api.Contract.Evidence.ConfirmedByHuman => "confirmed-by-human",
        _ => evidence.ToString().ToLowerInvariant(),
    };
}
