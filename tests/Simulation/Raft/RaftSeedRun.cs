using Cluster.Simulation.Faults;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>Runs one seed of the consensus world through its faults to recovery.</summary>
internal static class RaftSeedRun
{
    private static readonly Fault[] s_swarm =
    [
        .. FaultSchedule.Common,
        new Faults.LostDisk(),
        new Faults.HalfwayNewcomer(),
        new Faults.ElectionStorm(),
        new Faults.Forgetfulness(),
        new Faults.MidChange(),
        new Faults.FigureEight(),
        new Faults.Retiming(),
    ];

    public static SeedResult Run(ulong seed, Mutant mutant, int lines = 0)
    {
        RaftPlan plan = new(seed);
        RaftWorld world = new(plan, mutant, lines);
        return SeedResult.Of(world, () =>
        {
            world.Trace.Line(0, $"{plan}");
            world.Network.Straying = plan.StrayParts;
            world.Network.StrayMs = 4_000;
            RandomStream start = world.Stream("start");
            foreach (RaftHost host in world.RaftHosts)
            {
                world.After(start.LogMs(1, 400), () => host.PowerOn("the first time"));
            }

            Client[] clients = [.. Enumerable.Range(1, plan.Clients).Select(number => new Client(world, (uint)number))];
            foreach (Client client in clients)
            {
                client.Start();
            }

            new Reader(world).Start();
            new Operator(world).Start();
            if (plan.HasFencers)
            {
                foreach (RaftHost host in world.RaftHosts)
                {
                    new Fencer(world, host).Start();
                }
            }

            new FaultSchedule(world).Start(plan.Class switch
            {
                RaftSeedClass.Quiet => [],
                RaftSeedClass.Steady => [new Faults.FollowerTrouble()],
                _ => s_swarm,
            });
            world.RunUntil(plan.FaultsEnd);
            new RaftRecovery(world, clients).Run();
        }, () => (int)world.Checks.Truth.Last.Value);
    }
}
