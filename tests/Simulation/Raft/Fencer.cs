using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>
/// What one of two voters does about the other: it notes the intent, waits until that is on disk, has the other stopped (switched off and on, or its process
/// ended), and vouches for it; if the other was heard in between, all over again. Any step may be cut short by a crash of either; what was set going goes its way all the same. It strikes
/// with and without need, as a broken detector would, and tries from boot.
/// </summary>
internal sealed class Fencer(RaftWorld world, RaftHost host)
{
    private static readonly long s_patience = SimTime.Seconds(3);

    private readonly RandomStream _random = world.Stream($"fencer {host.Number}");
    private ulong _attempt;
    private long _busyUntil;

    public void Start() => world.After(_random.Ms(0, 2 * world.Plan.FenceGapMs), () =>
    {
        if (world.Healing)
        {
            return;
        }

        if (world.Now > _busyUntil && host.Raft is RaftProcess process && Other(process) is NodeId other && IsTime(process))
        {
            _busyUntil = world.Now + _random.Ms(100, 2_000);
            Note(process, other, again: 3);
        }

        Start();
    });

    private static NodeId? Other(RaftProcess process)
    {
        ClusterConfiguration configuration = process.Configuration;
        bool isOneOfTwo = !configuration.IsJoint && configuration.Voters.Length == 2 && configuration.IsVoter(process.Id);
        return isOneOfTwo ? configuration.Voters.First(node => node != process.Id) : null;
    }

    // Mostly as it should be: one that has met the other misses it. From boot it would mostly be a war in which nobody gets anywhere.
    private bool IsTime(RaftProcess process) =>
        process.Log.Status.IsInStep ? process.Log.Status.Leader.IsNone || _random.Chance(0.4) : _random.Chance(0.1);

    private void Note(RaftProcess process, NodeId other, int again)
    {
        Standoff standoff = new(other, ++_attempt);
        world.Trace.Line(host.Number, $"notes the standoff {standoff}");
        process.Input(now => process.Log.NoteStandoff(standoff, now));
        When(process, () => process.Log.Status.DurableStandoff == standoff, () => world.After(_random.LogMs(1, 500), () => Stop(process, standoff, again)));
    }

    // The agent has its orders, whatever has become of who gave them.
    private void Stop(RaftProcess process, Standoff standoff, int again)
    {
        if (world.Healing || world.HostOf(standoff.Peer) is not RaftHost other || other.AwaitsRemoval)
        {
            return;
        }

        if (world.Mutant.FencerLies)
        {
            world.Trace.Line(host.Number, $"vouches for {other.Name} though it was not touched");
        }
        else if (_random.Chance(0.5))
        {
            world.Trace.Line(host.Number, $"has {other.Name} switched off");
            other.PowerOff("fenced");
            world.After(_random.LogMs(10, 3_000), () => other.PowerOn("after fencing"));
        }
        else
        {
            world.Trace.Line(host.Number, $"has the process on {other.Name} ended");
            other.CrashProcess(_random.LogMs(10, 3_000));
        }

        world.After(_random.LogMs(0.1, 200), () => Vouch(process, standoff, again));
    }

    private void Vouch(RaftProcess process, Standoff standoff, int again)
    {
        bool isDone = false;
        string told = "";
        When(process, () => isDone || IsOver(process, standoff), () => { }, () => process.Input(now =>
        {
            if (isDone)
            {
                return;
            }

            isDone = process.Log.TryGoAlone(standoff.Peer, now, out string refusal);
            if (isDone)
            {
                world.Trace.Line(host.Number, $"goes on alone {standoff}");
            }
            else if (told.Length == 0)
            {
                told = refusal;
                world.Trace.Line(host.Number, $"{refusal}");
            }

            if (again > 0 && refusal.Contains("has been heard", StringComparison.Ordinal))
            {
                isDone = true;
                world.After(0, () => Note(process, standoff.Peer, again - 1));
            }
        }));
    }

    private static bool IsOver(RaftProcess process, Standoff standoff) => process.Log.Status.DurableStandoff != standoff || Other(process) != standoff.Peer;

    // Waits, as long as this life of the process lasts, but not for ever.
    private void When(RaftProcess process, Func<bool> condition, Action next, Action? meanwhile = null) =>
        When(process, condition, next, meanwhile, world.Now + s_patience);

    private void When(RaftProcess process, Func<bool> condition, Action next, Action? meanwhile, long end)
    {
        if (!process.Alive || world.Now > end || world.Healing)
        {
            return;
        }

        if (condition())
        {
            next();
            return;
        }

        if (!process.Paused)
        {
            meanwhile?.Invoke();
        }

        world.After(SimTime.Ms(2), () => When(process, condition, next, meanwhile, end));
    }
}
