using Cluster.Consensus;
using Cluster.Simulation.Faults;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Faults;

/// <summary>
/// The disk of a host is lost with all that is on it: never so many at a time that those who are left could not know all that was decided.
/// </summary>
internal sealed class LostDisk : Fault
{
    public override string Name => "lost-disk";

    public override double Rarity => 2;

    public override void Strike(Site site, RandomStream random)
    {
        RaftWorld world = (RaftWorld)site;
        RaftHost victim = random.Pick(world.RaftHosts);
        bool isLeader = world.LeadingProcess?.Host == victim;
        if (victim.AwaitsRemoval || world.LeadingProcess?.Unsettled is not null || (isLeader && world.Plan.Class != RaftSeedClass.Swarm))
        {
            return;
        }

        // Everybody has to agree who the voters are: what a host that is off believes can't be known.
        ClusterConfiguration? configuration = world.LeadingProcess?.Configuration;
        foreach (RaftHost host in world.RaftHosts)
        {
            bool isMember = configuration?.IsMember(host.Id) == true;
            if (isMember && !host.AwaitsRemoval && (host.Raft is not RaftProcess process || !process.ConfigurationInLog.Equals(configuration)))
            {
                return;
            }
        }

        // Whatever a majority holds, one of those who are left holds too, and they can go on: they are a majority themselves.
        if (configuration?.IsDecidedBy(node => node != victim.Id && !world.HostOf(node)!.AwaitsRemoval) == true)
        {
            if (world.Plan.Class == RaftSeedClass.Swarm)
            {
                victim.LoseDisk();
                return;
            }

            // What it says last is held up until it has come back with an empty disk.
            world.Network.Hold(victim.Number, random.Between(300, 1_500));
            world.After(random.Ms(20, 150), () =>
            {
                world.Network.Hold(victim.Number, 0);
                if (world.Leader != victim && !victim.AwaitsRemoval)
                {
                    victim.LoseDisk();
                }
            });
        }
    }
}
