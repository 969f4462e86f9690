using Cluster.Simulation.Raft;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Tests;

/// <summary>A consensus world without random faults, in which a test makes things happen by hand.</summary>
internal sealed class RaftStory
{
    private static readonly long s_patience = SimTime.Seconds(20);

    public RaftStory(Func<RaftPlan, bool>? suitable = null)
    {
        ulong seed = 1;
        RaftPlan plan;
        do
        {
            plan = new RaftPlan(seed++);
        }
        while (plan.Voters != 3 || plan.Spares == 0 || plan.Class != RaftSeedClass.Swarm || (suitable is not null && !suitable(plan)));
        World = new RaftWorld(plan, Mutant.None, lines: 2_000);
        foreach (RaftHost host in World.RaftHosts)
        {
            host.PowerOn("the first time");
        }

        Until("somebody leads", () => World.LeadingProcess is { Log.Status.BarrierCommitted: true });
        Until("everybody runs", () => World.RaftHosts.All(host => host.Raft is not null));
    }

    public RaftWorld World { get; }

    public RaftProcess Leader => World.LeadingProcess!;

    public RaftProcess Follower => World.RaftHosts.First(host => Leader.Configuration.IsVoter(host.Id) && host != Leader.Host).Raft!;

    /// <summary>Puts so many requests of client 1 into the log, from one sequence number on.</summary>
    public void Commit(ulong first, int count)
    {
        int open = count;
        for (ulong sequence = first; sequence < first + (ulong)count; sequence++)
        {
            World.History.Asked(1, sequence);
            Leader.Propose([Ledger.Request(1, sequence, 20)], (_, _) => open--);
        }

        Until("the requests are decided", () => open == 0);
    }

    public void Until(string what, Func<bool> condition)
    {
        long end = World.Now + s_patience;
        while (!condition())
        {
            Assert.True(World.Now < end, $"waited {SimTime.Text(s_patience)} of simulated time for: {what}\n{string.Join('\n', World.Trace.Lines.TakeLast(40))}");
            World.RunUntil(World.Now + SimTime.Ms(1));
        }
    }
}
