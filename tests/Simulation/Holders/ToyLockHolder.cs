using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Holders;

/// <summary>
/// A lock manager reduced to what membership owes it: one process that joins a group through its node's daemon, follows the group's events, and
/// as master of a resource grants it to itself for a while, if its node's lease holds at that very moment. It goes on holding what it holds until
/// it gives it up or is really dead, whatever the cluster believes.
/// </summary>
internal sealed class ToyLockHolder
{
    /// <summary>Resources a group has.</summary>
    public const int Resources = 2;

    private readonly World _world;
    private readonly RandomStream _random;
    private readonly Queue<Action> _inbox = new();
    private readonly HolderView _view;
    private readonly bool[] _holds = new bool[Resources];
    private Daemon? _daemon;
    private uint _grants;
    private bool _ended;
    private long _hangsUntil;

    public ToyLockHolder(World world, Machine machine, string group, int processId, ulong nonce)
    {
        _world = world;
        _random = world.Stream($"holder {machine.Name} {processId}");
        Machine = machine;
        Group = group;
        ProcessId = processId;
        ProcessStart = (ulong)(machine.Clock.Now.Nanoseconds / 10_000_000);
        Nonce = nonce;
        Endpoint = $"{machine.Name}:{group}:{processId}";
        _view = new HolderView(Endpoint);
        world.Checks.Started(this);
        world.After(_random.Ms(0, 20), Work);
    }

    public Machine Machine { get; }

    public string Group { get; }

    public int ProcessId { get; }

    public ulong ProcessStart { get; }

    public ulong Nonce { get; }

    /// <summary>Tells this process from all others of the world.</summary>
    public string Endpoint { get; }

    public bool Alive { get; private set; } = true;

    /// <summary>The life of the node through which it joined, or asks to.</summary>
    public Incarnation Incarnation { get; private set; }

    /// <summary>This stay, once the join was answered.</summary>
    public MemberId Id { get; private set; }

    public bool MemberKnown => Id != MemberId.None;

    public bool JoinPending { get; private set; }

    /// <summary>It gave up everything and left by its own wish.</summary>
    public bool Left { get; private set; }

    /// <summary>How far the lease reaches, by the machine's clock, as the daemon last said.</summary>
    public MonotonicTime LeaseDeadline { get; set; } = MonotonicTime.DistantPast;

    public bool Holds(int resource) => _holds[resource];

    private bool Hangs => Machine.Paused || _world.Now < _hangsUntil;

    /// <summary>The process does nothing for a while and goes on holding what it holds, as one that is stopped by a signal does.</summary>
    public void Hang(long duration)
    {
        _hangsUntil = Math.Max(_hangsUntil, _world.Now + duration);
        _world.Trace.Line(Machine.Number, $"{Endpoint} hangs for {SimTime.Text(duration)}");
    }

    /// <summary>An event of this process's own node arrives.</summary>
    public void Hear(ClusterEvent clusterEvent)
    {
        bool mine = clusterEvent.KindCase switch
        {
            ClusterEvent.KindOneofCase.GroupStop => clusterEvent.GroupStop.Group == Group,
            ClusterEvent.KindOneofCase.GroupStart => clusterEvent.GroupStart.Group == Group,
            ClusterEvent.KindOneofCase.GroupReady => clusterEvent.GroupReady.Group == Group,
            _ => false,
        };
        if (mine)
        {
            Post(() => Follow(clusterEvent));
        }
    }

    /// <summary>The daemon says that this stay is over: what is held is given up at once, and the process ends soon after.</summary>
    public void EndStay(string reason) => Post(() =>
    {
        if (Left)
        {
            Exit("it left, and nobody is there to answer");
        }

        if (_ended)
        {
            return;
        }

        _ended = true;
        ReleaseAll();
        _world.Trace.Line(Machine.Number, $"{Endpoint} ends its stay: {reason}");
        _world.After(_random.LogMs(1, 300), () => Exit("its stay is over"));
    });

    /// <summary>The daemon was started anew: whoever dealt with its former life must end.</summary>
    public void DaemonRestarted(int life)
    {
        if (_daemon is not null && _daemon.Life != life)
        {
            _world.After(_random.LogMs(5, 300), () => EndStay("the daemon was started anew"));
        }
    }

    /// <summary>Gives up everything, then leaves the group.</summary>
    public void Leave()
    {
        if (_ended || !MemberKnown || _daemon is null)
        {
            return;
        }

        _ended = true;
        ReleaseAll();
        Left = true;
        _world.Trace.Line(Machine.Number, $"{Endpoint} leaves");
        _daemon.Submit(
            new Command { GroupLeave = new GroupLeave { Group = Group, Member = Id.Value } },
            _ => Post(() => Exit("it left")));
    }

    /// <summary>The process dies alone; its supervisor replaces it.</summary>
    public void Exit(string why)
    {
        if (!Alive)
        {
            return;
        }

        Die(why);
        Machine.Forget(this);
        Machine.StartHolderLater(Group);
    }

    /// <summary>The process is gone, and with it all that it held.</summary>
    public void Die(string why)
    {
        ReleaseAll();
        Alive = false;
        _world.Trace.Line(Machine.Number, $"{Endpoint} is dead: {why}");
    }

    private void Follow(ClusterEvent clusterEvent)
    {
        switch (clusterEvent.KindCase)
        {
            case ClusterEvent.KindOneofCase.GroupStop:
                _view.Stop();
                if (MemberKnown && clusterEvent.GroupStop.Departed.Contains(Id.Value))
                {
                    EndStay(clusterEvent.GroupStop.Reason);
                }

                break;
            case ClusterEvent.KindOneofCase.GroupStart when _view.Start(clusterEvent.GroupStart) && !_ended:
                ulong generation = _view.Generation;
                for (int resource = 0; resource < Resources; resource++)
                {
                    if (_holds[resource] && !_view.IsMaster(resource))
                    {
                        Release(resource);
                    }
                }

                _world.After(_random.LogMs(0.5, 20), () => Post(() => Acknowledge(generation)));
                break;
            case ClusterEvent.KindOneofCase.GroupReady:
                _view.Ready(clusterEvent.GroupReady.Generation);
                break;
        }
    }

    private void Acknowledge(ulong generation)
    {
        if (_ended || !MemberKnown)
        {
            // The answer to the join comes a moment after its event.
            if (!_ended)
            {
                _world.After(_random.Ms(0.2, 1), () => Post(() => Acknowledge(generation)));
            }

            return;
        }

        _daemon!.Submit(
            new Command { GroupAck = new GroupAck { Group = Group, Generation = generation, Member = Id.Value } },
            static _ => { });
    }

    private void Work()
    {
        if (!Alive)
        {
            return;
        }

        if (Hangs || _ended)
        {
            DrainInbox();
        }
        else
        {
            // A process that goes on after a pause may act before it reads what came in meanwhile: the lease must stop it then.
            if (_random.Chance(0.7))
            {
                DrainInbox();
            }

            TryJoin();
            for (int resource = 0; resource < Resources; resource++)
            {
                if (_holds[resource])
                {
                    if (_random.Chance(0.15))
                    {
                        Release(resource);
                    }
                }
                else if (_view.MayGrant(resource) && Machine.Clock.Now < LeaseDeadline)
                {
                    Grant(resource);
                }
            }
        }

        _world.After(_random.Ms(8, 24), Work);
    }

    private void TryJoin()
    {
        if (JoinPending || MemberKnown || Machine.Daemon is not Daemon daemon || daemon.Paused || daemon.Core.Incarnation == Incarnation.None || daemon.Core.IsStoppedWithoutQuorum)
        {
            return;
        }

        JoinPending = true;
        _daemon = daemon;
        Incarnation = daemon.Core.Incarnation;
        daemon.Attach(this);
        GroupJoin join = new()
        {
            Group = Group,
            Node = Machine.Number,
            Incarnation = Incarnation.Value,
            Endpoint = Endpoint,
            Nonce = Nonce,
            RequiredEvidence = _world.Plan.RequiredEvidence(Group),
            ProcessId = ProcessId,
            ProcessStart = ProcessStart,
        };

        // The daemon takes the answer even when the process is gone: it must tell the group that the member ended.
        daemon.Submit(new Command { GroupJoin = join }, outcome =>
        {
            JoinPending = false;
            if (outcome.Accepted)
            {
                Id = new MemberId(outcome.Id);
            }
            else
            {
                EndStay(outcome.Detail);
            }
        });
    }

    private void Grant(int resource)
    {
        ulong token = (_view.Generation << 32) | ++_grants;
        _holds[resource] = true;
        _world.Trace.Line(Machine.Number, $"{Endpoint} holds {Group}/{resource} token {token >> 32}.{token & uint.MaxValue}");
        _world.Checks.Granted(this, resource, token);
    }

    private void Release(int resource)
    {
        _holds[resource] = false;
        _world.Trace.Line(Machine.Number, $"{Endpoint} gives up {Group}/{resource}");
    }

    private void ReleaseAll()
    {
        for (int resource = 0; resource < Resources; resource++)
        {
            if (_holds[resource])
            {
                Release(resource);
            }
        }
    }

    /// <summary>Something reaches this process after a moment; while its machine is paused it waits, and order is kept.</summary>
    private void Post(Action action)
    {
        _inbox.Enqueue(action);
        _world.After(_random.Ms(0.02, 0.4), DrainInbox);
    }

    private void DrainInbox()
    {
        while (Alive && !Hangs && _inbox.TryDequeue(out Action? action))
        {
            action();
        }
    }
}
