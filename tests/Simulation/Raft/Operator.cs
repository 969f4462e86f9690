using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>
/// Changes the configuration and hands leadership over, at random: nodes are added, promoted, reweighed, demoted, removed, several at once. Nodes whose disk is
/// lost are removed first, and come back as soon as they are.
/// </summary>
internal sealed class Operator(RaftWorld world)
{
    private readonly RandomStream _random = world.Stream("operator");

    /// <summary>How many changes and transfers were begun.</summary>
    public int Begun { get; private set; }

    public void Start()
    {
        if (world.Plan.ChangeGapMs > 0)
        {
            Again();
        }

        Look();
    }

    private bool IsSteady => world.Plan.Class != RaftSeedClass.Swarm;

    private void Again() => world.After(_random.Ms(0, 2 * world.Plan.ChangeGapMs), () =>
    {
        if (world.Healing)
        {
            return;
        }

        // In steady seeds nobody may be missing while voters change: the leader would rightly lose its majority.
        bool isTime = !IsSteady || (world.Now > RaftWorldTimes.Settled && world.Now > world.TroubledUntil);
        if (world.LeadingProcess is RaftProcess leader && isTime)
        {
            if (!IsSteady && _random.Chance(0.25))
            {
                Transfer(leader);
            }
            else
            {
                Change(leader, Draw(leader));
                if (!IsSteady && _random.Chance(0.4))
                {
                    // Too soon on purpose.
                    world.After(_random.Ms(0, 4), () => Change(leader, Draw(leader)));
                }
            }
        }

        Again();
    });

    // Takes care of hosts whose disk is lost, during recovery too.
    private void Look() => world.After(SimTime.Ms(100), () =>
    {
        if (world.LeadingProcess is RaftProcess { Unsettled: null } leader)
        {
            foreach (RaftHost host in world.RaftHosts)
            {
                if (!host.AwaitsRemoval)
                {
                    if (host.WasReplaced && host.IsOn && (IsSteady || _random.Chance(0.3)) && !leader.Configuration.IsMember(host.Id))
                    {
                        Change(leader, [ConfigurationStep.Add(host.Id)]);
                        break;
                    }

                    continue;
                }

                if (leader.Configuration.IsMember(host.Id))
                {
                    Change(leader, [ConfigurationStep.Remove(host.Id)]);
                    break;
                }

                // Under its old number it has forgotten its votes, and passes old configurations in which it had a say.
                host.ComeBack(IsSteady || _random.Chance(0.6) ? host.Id : world.NextId(host), leader.Log.ConfigurationIndex);
            }
        }

        Look();
    });

    private void Transfer(RaftProcess leader)
    {
        NodeId to = _random.Pick<NodeId>(leader.Configuration.Voters);
        leader.Input(now =>
        {
            bool begun = leader.Log.TryTransfer(to, now, out string refusal);
            Note(leader, begun, $"transfer to {to}", refusal);
        });
    }

    private void Change(RaftProcess leader, List<ConfigurationStep> steps)
    {
        if (steps.Count == 0)
        {
            return;
        }

        ConfigurationChange change = new(steps);
        leader.Input(now =>
        {
            // Nobody in his senses takes other voters away while one is lost: the rest could lack a majority for ever.
            bool isAboutTheLost = steps.Count == 1 && steps[0].Kind == ConfigurationStepKind.Remove && world.HostOf(steps[0].Node)!.AwaitsRemoval;
            if (!isAboutTheLost && world.RaftHosts.Any(host => host.AwaitsRemoval && leader.ConfigurationInLog.IsMember(host.Id)))
            {
                return;
            }

            // The order may have waited while the leader was paused: a host that has come back under another number meanwhile would be a member that never answers.
            if (steps.Any(step => step.Kind == ConfigurationStepKind.Add && world.HostOf(step.Node)?.Id != step.Node))
            {
                return;
            }

            bool begun = leader.Log.TryChangeConfiguration(change, now, out _, out string refusal);
            Note(leader, begun, $"{change}", refusal);
        });
    }

    private void Note(RaftProcess leader, bool begun, string what, string refusal)
    {
        Begun += begun ? 1 : 0;
        world.Trace.Line(leader.Host.Number, $"operator: {what}: {(begun ? "begun" : refusal)}");
        if (begun == (refusal.Length > 0))
        {
            throw new ViolationException("configuration", $"{what} was {(begun ? "begun" : "refused")} with the reason \"{refusal}\"");
        }
    }

    private List<ConfigurationStep> Draw(RaftProcess leader)
    {
        ClusterConfiguration configuration = leader.Configuration;
        List<NodeId> voters = [.. configuration.Voters.Where(node => !IsSteady || node != leader.Id)];
        List<NodeId> learners = [.. configuration.Learners];
        List<NodeId> outside = [.. world.RaftHosts.Where(host => !host.AwaitsRemoval).Select(host => host.Id).Where(node => !configuration.IsMember(node))];
        List<ConfigurationStep> steps = [];
        int spare = configuration.Voters.Length - (IsSteady ? 3 : _random.Chance(0.1) ? 1 : 2);
        int room = 7 - configuration.Voters.Length;
        switch (_random.Below(world.Plan.HasWeights ? 8 : 6))
        {
            case 0:
                Take(outside, 1 + _random.Below(_random.Chance(0.2) ? 20 : 3), ConfigurationStep.Add, steps);
                break;
            case 1 or 2:
                Take(learners, Math.Min(room, 1 + _random.Below(3)), Promote, steps);
                break;
            case 3:
                Take(voters, Math.Min(spare, 1 + _random.Below(2)), _random.Chance(0.5) ? ConfigurationStep.Demote : ConfigurationStep.Remove, steps);
                break;
            case 4:
                Take(learners, 1 + _random.Below(2), ConfigurationStep.Remove, steps);
                break;
            case 6 or 7:
                Take([.. configuration.Voters], 1 + _random.Below(3), Reweigh, steps);
                break;
            default:
                // Several voters are replaced at once.
                Take(learners, 1 + _random.Below(3), Promote, steps);
                Take(voters, Math.Min(steps.Count, voters.Count), _random.Chance(0.5) ? ConfigurationStep.Demote : ConfigurationStep.Remove, steps);
                Take(outside, _random.Below(2), ConfigurationStep.Add, steps);
                break;
        }

        return steps;
    }

    private ConfigurationStep Promote(NodeId node) => ConfigurationStep.Promote(node, Votes());

    private ConfigurationStep Reweigh(NodeId node) => ConfigurationStep.Reweigh(node, Votes());

    private int Votes() => world.Plan.HasWeights ? _random.Pick([1, 1, 2, 3, 5]) : 1;

    private void Take(List<NodeId> from, int count, Func<NodeId, ConfigurationStep> make, List<ConfigurationStep> steps)
    {
        for (; count > 0 && from.Count > 0; count--)
        {
            NodeId node = _random.Pick(from);
            from.Remove(node);
            steps.Add(make(node));
        }
    }
}
