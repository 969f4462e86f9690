using Cluster.Consensus;
using Cluster.Simulation.Faults;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Faults;

/// <summary>
/// Raft figure 8, played on purpose: a leader leaves entries with one other voter; another leader of a later term leaves its own with nobody; the first
/// leads again and gets its old entries, but nothing of its new term, to a majority; then the second takes over. What was old must not have counted
/// as committed by then.
/// </summary>
internal sealed class FigureEight : Fault
{
    public override string Name => "figure-eight";

    public override double Rarity => 0.7;

    public override void Strike(Site site, RandomStream random)
    {
        RaftWorld world = (RaftWorld)site;
        if (world.LeadingProcess is RaftProcess { Unsettled: null } leader && leader.Configuration.Voters.Length == 5 && leader.Configuration.Votes.All(static votes => votes == 1))
        {
            new Play(world, leader, world.Now + Within(world, SimTime.Seconds(5))).Begin();
        }
    }

    private sealed class Play(RaftWorld world, RaftProcess leader, long end)
    {
        private readonly List<RaftHost> _voters = [.. leader.Configuration.Voters.Select(node => world.HostOf(node)!)];
        private readonly RaftHost _first = leader.Host;
        private readonly LogIndex _old = leader.Log.Status.LastIndex;
        private readonly SortedSet<(uint From, uint To)> _cuts = [];
        private RaftHost? _second;
        private int _copies;

        public void Begin()
        {
            RaftHost keeper = _voters.First(host => host != _first);
            foreach (RaftHost other in _voters.Where(host => host != _first && host != keeper))
            {
                Cut(_first, other);
                Cut(keeper, other);
            }

            // Large enough that nothing else fits into one message with it, where messages are small.
            leader.Propose([Ledger.Request(0, 0, 80)], static (_, _) => { });
            world.After(SimTime.Ms(3), () =>
            {
                _first.CrashProcess(SimTime.Seconds(30));
                When(() => Leads(host => host != _first && host != keeper), () => SecondLeads(keeper));
            });
        }

        private void SecondLeads(RaftHost keeper)
        {
            _second = (RaftHost)world.Leader!;
            Isolate(_second);
            When(() => _second.Disk.SyncedLog.LastIndex > _old, () =>
            {
                _second.CrashProcess(SimTime.Seconds(30));
                MendAll();
                Isolate(_second);
                _first.Revive();
                When(() => Leads(host => host == _first), () => FirstLeadsAgain(keeper));
            });
        }

        private void FirstLeadsAgain(RaftHost keeper)
        {
            Cut(_first, keeper);
            Term term = _first.Raft!.Log.Status.Term;
            world.Checks.Sent = (from, message) =>
            {
                bool accepts = message.Kind == RaftMessageKind.AppendResponse && !message.Rejected && message.Term == term && message.Index > _old;
                if (accepts && message.To == _first.Id && from.Host != keeper && !world.Network.IsCut(_first.Number, from.Host.Number))
                {
                    CutOneWay(_first, from.Host);
                    _copies++;
                }
            };
            When(() => _copies >= 2, () => world.After(SimTime.Ms(2), () =>
            {
                world.Checks.Sent = null;
                _first.CrashProcess(SimTime.Seconds(30));
                MendAll();
                Isolate(keeper);
                _second!.Revive();
                When(() => Leads(host => host == _second), () => world.After(SimTime.Ms(50), End));
            }));
        }

        // Waits for a condition; when it does not come in time, everything is mended.
        private void When(Func<bool> condition, Action next)
        {
            if (world.Now > end || world.Healing)
            {
                End();
            }
            else if (condition())
            {
                world.Trace.Line(0, $"figure eight goes on");
                next();
            }
            else
            {
                world.After(SimTime.Ms(0.05), () => When(condition, next));
            }
        }

        private bool Leads(Func<RaftHost, bool> who) => world.LeadingProcess is RaftProcess process && process.Host.Raft == process && who(process.Host);

        private void End()
        {
            world.Checks.Sent = null;
            MendAll();
            _first.Revive();
            _second?.Revive();
        }

        private void Isolate(RaftHost host)
        {
            foreach (RaftHost other in world.RaftHosts)
            {
                if (other != host)
                {
                    Cut(host, other);
                }
            }
        }

        private void Cut(RaftHost one, RaftHost other)
        {
            CutOneWay(one, other);
            CutOneWay(other, one);
        }

        private void CutOneWay(RaftHost from, RaftHost to)
        {
            if (_cuts.Add((from.Number, to.Number)))
            {
                world.Network.Cut(from.Number, to.Number);
            }
        }

        private void MendAll()
        {
            foreach ((uint from, uint to) in _cuts)
            {
                world.Network.Mend(from, to);
            }

            _cuts.Clear();
        }
    }
}
