using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>
/// The leader and as many others as leave it short of a majority are cut off, long enough to be declared down: what the old leader still grants is put to
/// the test against what the new one declares.
/// </summary>
internal sealed class LeaderCut : Fault
{
    public override string Name => "leader-cut";

    public override void Strike(Site world, RandomStream random)
    {
        if (world.Leader is not Host leader)
        {
            return;
        }

        CutSet cut = Around(world, random, leader.Number, except: 0);
        world.Trace.Line(0, $"cut off the leader: {cut}");
        cut.Apply(world.Network, both: true);
        world.After(Within(world, random.Ms(500, 3_000)), () =>
        {
            world.Trace.Line(0, $"mended {cut}");
            cut.Undo(world.Network, both: true);
        });
    }

    /// <summary>A greatest minority around one machine, without another.</summary>
    public static CutSet Around(Site world, RandomStream random, uint center, uint except)
    {
        List<uint> inside = [center];
        List<uint> outside = [];
        uint start = (uint)random.Below(world.Hosts.Count);
        for (uint i = 0; i < world.Hosts.Count; i++)
        {
            uint number = ((start + i) % (uint)world.Hosts.Count) + 1;
            if (number != center)
            {
                bool room = inside.Count < (world.Hosts.Count - 1) / 2;
                (room && number != except ? inside : outside).Add(number);
            }
        }

        return new CutSet(inside, outside);
    }
}
