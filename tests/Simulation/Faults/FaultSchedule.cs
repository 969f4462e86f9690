using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>
/// Which faults a seed has, and when they strike. Each seed draws its own subset and its own rates ("swarm testing": Groce et al., ISSTA 2012), so that
/// some seeds are rough and others leave room for long stories.
/// </summary>
internal sealed class FaultSchedule(Site world)
{
    /// <summary>Faults of links, hosts and disks.</summary>
    public static readonly IReadOnlyList<Fault> Common =
    [
        new MessageLoss(),
        new MessageDuplication(),
        new MessageReordering(),
        new MessageDelay(),
        new SymmetricCut(),
        new AsymmetricCut(),
        new LinkCut(),
        new LeaderCut(),
        new Usurpation(),
        new LeaderChurn(),
        new MachineCrash(),
        new WholeClusterCrash(),
        new MachinePause(),
        new DaemonPause(),
        new DaemonCrash(),
        new ClockRate(),
        new SlowDisk(),
        new FullDisk(),
        new FailedSync(),
        new BitRot(),
        new UnreadableDisk(),
    ];

    /// <summary>Faults of power switches, lock holders and operators besides.</summary>
    public static readonly IReadOnlyList<Fault> Membership =
    [
        .. Common,
        new ExecutorCrash(),
        new OrderlyStop(),
        new HolderCrash(),
        new HolderLeave(),
        new BmcUnreachable(),
        new BmcWrongPassword(),
        new BmcSlow(),
        new BmcLying(),
        new OperatorFence(),
        new OperatorConfirm(),
        new HolderHang(),
        new SettingsTurn(),
    ];

    private readonly RandomStream _random = world.Stream("faults");

    /// <summary>Draws some of several candidates, or takes the only one, and has them strike until the faults end.</summary>
    public void Start(IReadOnlyList<Fault> candidates)
    {
        double tempo = _random.Between(0.5, 3);
        foreach (Fault fault in candidates)
        {
            bool chosen = candidates.Count == 1 || _random.Chance(0.4);
            double meanGapMs = _random.Between(800, 8_000) * fault.Rarity / tempo;
            if (chosen)
            {
                world.Trace.Line(0, $"this seed has {fault.Name}, every {meanGapMs:F0} ms or so");
                Next(fault, meanGapMs);
            }
        }
    }

    private void Next(Fault fault, double meanGapMs) =>
        world.After(SimTime.Ms(-Math.Log(1 - _random.Between(0, 1)) * meanGapMs), () =>
        {
            if (world.Healing)
            {
                return;
            }

            world.Trace.Line(0, $"fault {fault.Name}");
            fault.Strike(world, _random);
            Next(fault, meanGapMs);
        });
}
