using Cluster.Simulation.Faults;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Tests;

/// <summary>A world without random faults, in which a test makes things happen by hand.</summary>
internal sealed class StoryWorld
{
    private static readonly long s_patience = SimTime.Seconds(20);

    public StoryWorld(int nodes, Mutant? mutant = null, Func<SeedPlan, bool>? suitable = null)
    {
        ulong seed = 1;
        SeedPlan plan;
        do
        {
            plan = new SeedPlan(seed++);
        }
        while (plan.Class != SeedClass.Swarm || plan.NodeCount != nodes || (suitable is not null && !suitable(plan)));
        World = new World(plan, mutant ?? Mutant.None, lines: 4_000);
        foreach (Machine machine in World.Machines)
        {
            machine.PowerOn("the first time");
        }
    }

    public World World { get; }

    public Machine Leader => Victim.Leader(World) ?? throw new InvalidOperationException("nobody leads");

    public Machine Follower => World.Machines.First(machine => machine != Leader);

    /// <summary>Waits until all groups are ready with a member on every machine.</summary>
    public void UntilReady() => Until("all groups are ready", () =>
        Victim.Leader(World)?.Daemon is Daemon leader
        && leader.Core.State.Groups.Count == World.Plan.Groups.Count
        && leader.Core.State.Groups.All(group => group.Phase == Membership.GroupPhase.Ready && group.Members.Count == World.Machines.Count));

    public void Until(string what, Func<bool> condition)
    {
        long end = World.Now + s_patience;
        while (!condition())
        {
            Assert.True(World.Now < end, $"waited {SimTime.Text(s_patience)} of simulated time for: {what}\n{string.Join('\n', World.Trace.Lines.TakeLast(40))}");
            World.RunUntil(World.Now + SimTime.Ms(5));
        }
    }
}
