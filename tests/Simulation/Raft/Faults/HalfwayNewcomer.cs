using Cluster.Simulation.Faults;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Faults;

/// <summary>
/// A host loses its disk, comes back empty, and is cut off while it has only a part of the log: the part in which its number still is a voter.
/// </summary>
internal sealed class HalfwayNewcomer : Fault
{
    public override string Name => "halfway-newcomer";

    public override double Rarity => 0.7;

    public override void Strike(Site site, RandomStream random)
    {
        RaftWorld world = (RaftWorld)site;
        foreach (RaftHost host in world.RaftHosts)
        {
            if (!host.AwaitsRemoval)
            {
                continue;
            }

            Watch(world, random, host, world.Now + SimTime.Seconds(5));
            return;
        }

        new LostDisk().Strike(world, random);
    }

    private static void Watch(RaftWorld world, RandomStream random, RaftHost host, long end)
    {
        if (world.Now > end || world.Healing)
        {
            return;
        }

        Disks.LogModel log = host.Disk.QueuedLog;
        bool isHalfway = host.Raft is not null && log.Entries.Count > 0 && log.LastIndex < host.RemovedAt;
        if (!isHalfway)
        {
            world.After(SimTime.Ms(0.05), () => Watch(world, random, host, end));
            return;
        }

        CutSet cut = new([host.Number], [.. world.RaftHosts.Where(other => other != host).Select(other => other.Number)]);
        world.Trace.Line(0, $"cut off a newcomer that knows up to {log.LastIndex} of {host.RemovedAt}: {cut}");
        cut.Apply(world.Network, both: true);
        world.After(Within(world, random.LogMs(300, 2_000)), () => cut.Undo(world.Network, both: true));
    }
}
