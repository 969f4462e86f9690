using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Cluster.Client;
using Cluster.Locks.Contract;
using Cluster.Locks.InProcess;
using Cluster.Locks.UserSpace.Client;
using Cluster.Tests.DevCluster;
using Cluster.Tests.DevCluster.Counters;
using Cluster.Tests.Workload;

// The demo's main job on one node. It ends with 3 when its locks are lost (the node's incarnation ended), so that the node's boot script starts it anew.
Option<string> node = new("--node") { Required = true, Description = "The node's name." };
Option<int> nodes = new("--nodes") { Required = true, Description = "How many nodes there are." };
Option<string> membershipSocket = new("--membership-socket") { Required = true, Description = "The daemon's member socket." };
Option<string> lockdSocket = new("--lockd-socket") { Required = true, Description = "lockd's client socket." };
Option<string> listen = new("--listen") { Required = true, Description = "Where the other in-process managers reach this one." };
Option<string> shared = new("--shared") { Required = true, Description = "The shared disk." };
Option<string> journalPath = new("--journal") { Required = true, Description = "Where it records what it did." };
Option<int> workers = new("--workers") { DefaultValueFactory = _ => 2, Description = "Incrementing loops for each manager." };
Option<int> counters = new("--counters") { DefaultValueFactory = _ => 4, Description = "Counters for each manager." };
Option<int> pauseMs = new("--pause-ms") { DefaultValueFactory = _ => 10, Description = "Between two increments of one loop." };
Option<string> stopFile = new("--stop-file") { Required = true, Description = "Ends in good order when this file is there." };
RootCommand root = new("Takes locks through both managers and increments shared counters.")
{
    node, nodes, membershipSocket, lockdSocket, listen, shared, journalPath, workers, counters, pauseMs, stopFile,
};
root.SetAction((arguments, cancellation) => Job.RunAsync(
    new WorkloadSettings(
        arguments.GetRequiredValue(node),
        arguments.GetRequiredValue(nodes),
        arguments.GetRequiredValue(membershipSocket),
        arguments.GetRequiredValue(lockdSocket),
        IPEndPoint.Parse(arguments.GetRequiredValue(listen)),
        arguments.GetRequiredValue(shared),
        arguments.GetRequiredValue(journalPath),
        arguments.GetValue(workers),
        arguments.GetValue(counters),
        TimeSpan.FromMilliseconds(arguments.GetValue(pauseMs)),
        arguments.GetRequiredValue(stopFile)),
    cancellation));
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);

internal static class Job
{
    private const int Lost = 3;
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(WorkloadSettings settings, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        using WorkloadJournal journal = new(settings.Journal);
        ulong writer = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
        IMembershipClient membership = await RetryAsync(
            "the daemon", token => MembershipClient.ConnectAsync(settings.MembershipSocket, token), stop.Token).ConfigureAwait(false);
        await using (membership.ConfigureAwait(false))
        {
            ILockSpace inProcess = await RetryAsync(
                "the in-process lock space",
                async token => await LockManager.JoinAsync(
                    membership,
                    new LockSpaceSettings { Name = LocalCluster.InProcessSpace, ListenAddress = settings.Listen },
                    token).ConfigureAwait(false),
                stop.Token).ConfigureAwait(false);
            ILockSpace userSpace = await RetryAsync(
                "lockd",
                async token => await LockdClient.ConnectAsync(settings.LockdSocket, LocalCluster.UserSpaceSpace, token).ConfigureAwait(false),
                stop.Token).ConfigureAwait(false);
            await using (inProcess.ConfigureAwait(false))
            await using (userSpace.ConfigureAwait(false))
            {
                return await WorkAsync(settings, [("in-process", inProcess), ("user-space", userSpace)], journal, writer, stop).ConfigureAwait(false);
            }
        }
    }

    private static async Task<int> WorkAsync(
        WorkloadSettings settings,
        IReadOnlyList<(string Manager, ILockSpace Space)> managers,
        WorkloadJournal journal,
        ulong writer,
        CancellationTokenSource stop)
    {
        List<Task> tasks = [WatchStopFileAsync(settings.StopFile, stop)];
        foreach ((string manager, ILockSpace space) in managers)
        {
            HomeLock home = new(space, manager, settings, journal, writer);
            Incrementer incrementer = new(space, manager, settings, journal, writer);
            tasks.Add(home.HoldAsync(stop.Token));
            for (int i = 1; i <= settings.Nodes; i++)
            {
                if ($"n{i}" != settings.Node)
                {
                    tasks.Add(home.WatchAsync($"n{i}", stop.Token));
                }
            }

            for (int worker = 0; worker < settings.Workers; worker++)
            {
                tasks.Add(incrementer.RunAsync(worker, stop.Token));
            }
        }

        Console.WriteLine("ready");
        Task first = await Task.WhenAny(tasks).ConfigureAwait(false);
        bool ordered = stop.IsCancellationRequested;
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(tasks.Select(task => task.ContinueWith(static _ => { }, TaskScheduler.Default))).ConfigureAwait(false);
        if (ordered)
        {
            return 0;
        }

        Exception? failure = first.Exception?.GetBaseException();
        Console.Error.WriteLine($"workload on {settings.Node} ended: {failure?.Message ?? "a loop stopped"}");
        return failure is LockLostException ? Lost : 1;
    }

    private static async Task WatchStopFileAsync(string path, CancellationTokenSource stop)
    {
        while (!File.Exists(path))
        {
            await Task.Delay(100, stop.Token).ConfigureAwait(false);
        }

        await stop.CancelAsync().ConfigureAwait(false);
    }

    private static async Task<T> RetryAsync<T>(string what, Func<CancellationToken, Task<T>> connect, CancellationToken stop)
    {
        long deadline = Environment.TickCount64 + (long)s_startLimit.TotalMilliseconds;
        while (true)
        {
            try
            {
                return await connect(stop).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException && Environment.TickCount64 < deadline)
            {
                Console.Error.WriteLine($"waiting for {what}: {failure.Message}");
                await Task.Delay(100, stop).ConfigureAwait(false);
            }
        }
    }
}
