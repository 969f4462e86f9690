using Cluster.Locks;
using Cluster.Locks.Contract;
using Cluster.Tests.DevCluster.Counters;

namespace Cluster.Tests.Workload;

/// <summary>Increments shared counters, each under the exclusive lock of its name.</summary>
internal sealed class Incrementer(ILockSpace space, string manager, WorkloadSettings settings, WorkloadJournal journal, ulong writer)
{
    /// <summary>One loop; several may run at the same time.</summary>
    public async Task RunAsync(int worker, CancellationToken stop)
    {
        SharedCounter[] counters = new SharedCounter[settings.Counters];
        for (int i = 0; i < counters.Length; i++)
        {
            counters[i] = new SharedCounter(Path.Combine(settings.SharedFolder, Name(i)));
        }

        Random random = new(HashCode.Combine(writer, worker));
        while (!stop.IsCancellationRequested)
        {
            int chosen = random.Next(counters.Length);
            await IncrementAsync(counters[chosen], Name(chosen), stop).ConfigureAwait(false);
            await Task.Delay(settings.Pause, stop).ConfigureAwait(false);
        }
    }

    private string Name(int counter) => $"{manager}.{counter}";

    private async Task IncrementAsync(SharedCounter counter, string name, CancellationToken stop)
    {
        HeldLock held = await space.LockAsync($"counter/{name}", LockMode.EX, null, stop).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            ulong token = held.Token.Value;
            try
            {
                long value = counter.Increment(token, writer, intent: next => journal.Intend(name, next, token, writer));
                journal.Confirm(name, value, token, writer);
            }
            catch (TokenRefusedException refused)
            {
                journal.Wrong($"{name}: {refused.Message}");
                throw;
            }
        }
    }
}
