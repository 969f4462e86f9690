using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>For a few seconds hardly any leader lasts: each is cut off, stopped or killed soon after it was elected, in the middle of replicating.</summary>
internal sealed class LeaderChurn : Fault
{
    public override string Name => "leader-churn";

    public override double Rarity => 2;

    public override void Strike(Site world, RandomStream random) => Again(world, random, random.Below(12) + 3);

    private static void Again(Site world, RandomStream random, int left)
    {
        if (world.Healing || left == 0)
        {
            return;
        }

        if (world.Leader is Host leader)
        {
            Disturb(world, random, leader);
        }

        world.After(random.LogMs(5, 600), () => Again(world, random, left - 1));
    }

    private static void Disturb(Site world, RandomStream random, Host leader)
    {
        switch (random.Below(4))
        {
            case 0:
                CutSet cut = new([leader.Number], [.. world.Hosts.Select(machine => machine.Number).Where(number => number != leader.Number)]);
                bool both = random.Chance(0.5);
                cut.Apply(world.Network, both);
                world.After(Within(world, random.LogMs(50, 800)), () => cut.Undo(world.Network, both));
                break;
            case 1:
                leader.PauseProcess(Within(world, random.LogMs(50, 600)));
                break;
            case 2:
                leader.CrashProcess(Within(world, random.LogMs(2, 200)));
                break;
            default:
                leader.PowerOff("leader-churn");
                world.After(random.LogMs(10, 300), () => leader.PowerOn("by itself"));
                break;
        }
    }
}
