using Cluster.Simulation.Network;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>Two sets of machines between which messages do not pass.</summary>
internal sealed record CutSet(IReadOnlyList<uint> From, IReadOnlyList<uint> To)
{
    public static CutSet Between(Site world, RandomStream random)
    {
        List<uint> from = [];
        List<uint> to = [];
        uint alone = Victim.Any(world, random).Number;
        bool one = random.Chance(0.6);
        for (uint number = 1; number <= world.Hosts.Count; number++)
        {
            (number == alone || (!one && random.Chance(0.4)) ? from : to).Add(number);
        }

        return random.Chance(0.5) ? new CutSet(from, to) : new CutSet(to, from);
    }

    public void Apply(Links network, bool both) => ForEach(network.Cut, both);

    public void Undo(Links network, bool both) => ForEach(network.Mend, both);

    public override string ToString() => $"{string.Join(',', From)} | {string.Join(',', To)}";

    private void ForEach(Action<uint, uint> change, bool both)
    {
        foreach (uint from in From)
        {
            foreach (uint to in To)
            {
                change(from, to);
                if (both)
                {
                    change(to, from);
                }
            }
        }
    }
}
