using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Network;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Machines;

/// <summary>
/// One life of <c>clusterd</c> on one machine: the shell around the pure cores.
/// </summary>
internal sealed class Daemon : HostProcess
{
    private readonly World _world;
    private readonly RandomStream _random;
    private readonly SortedDictionary<ulong, Action<CommandOutcome>> _requests = [];
    private readonly List<ToyLockHolder> _attached = [];

    public Daemon(World world, Machine machine, int life, ulong nonce, RecoveredLog recovered, RandomStream random)
        : base(world, machine, life, world.Plan.Timing.HeartbeatInterval.TotalMilliseconds / 5, random)
    {
        _world = world;
        _random = random;
        Machine = machine;
        Nonce = nonce;
        StoredTiming stored = machine.Timing ??= StoredTiming.Configured(world.Plan.Timing);
        MembershipTiming timing = stored.Timing;
        MonotonicTime now = machine.Clock.Now;
        RaftNode raft = new(
            new RaftOptions
            {
                Self = machine.Id,
                Voters = world.Plan.Voters,
                HeartbeatInterval = timing.HeartbeatInterval,
                ElectionTimeoutMin = timing.ElectionTimeoutMin,
                ElectionTimeoutMax = timing.ElectionTimeoutMax,
                NewcomerPatience = stored.Patience,
                ClockRateBound = timing.ClockRateBound,
                MaxInflightAppends = world.Plan.MaxInflightAppends,
                MaxBytesPerAppend = world.Plan.MaxBytesPerAppend,
                CommitNoticeDelay = TimeSpan.FromMilliseconds(1),
                Seed = random.Next(),
                TrailingEntries = world.Plan.TrailingEntries,
                SnapshotChunkBytes = world.Plan.SnapshotChunkBytes,
                Mutations = world.Mutant.Raft,
            },
            recovered,
            now);
        Core = new ClusterNode(
            new MembershipOptions
            {
                Self = machine.Id,
                Nodes = world.Plan.Nodes,
                ApiUrl = "http://" + machine.Name,
                Nonce = nonce,
                BootId = machine.BootId,
                Timing = world.Plan.Timing,
                StoredTiming = stored,
                Fencing = world.Plan.Fencing,
                Quorum = new QuorumPolicy { NoQuorum = world.Plan.NoQuorum, NoQuorumStopAfter = SeedPlan.NoQuorumStopAfter },
                Groups = new GroupPolicy { AckDeadline = SeedPlan.AckDeadline, LateMember = world.Plan.LateMember },
                Compaction = new CompactionPolicy { Entries = world.Plan.CompactEvery, RetryPause = TimeSpan.FromSeconds(1) },
                Mutations = world.Mutant.Membership,
            },
            new ObservedLog(raft, entry => world.Checks.Committed(this, entry), meta => world.Checks.Restored(this, meta)),
            now);
        machine.Disk.Synced = ticket => Input(at => Core.Persisted(ticket, at));
        machine.Disk.SnapshotSaved = meta => Input(at => Core.SnapshotSaved(meta, at));
        machine.Disk.SnapshotNotSaved = meta => Input(at => Core.SnapshotNotSaved(meta, at));
        Start();
    }

    public Machine Machine { get; }

    public ulong Nonce { get; }

    public ClusterNode Core { get; }

    /// <summary>Hands in a command; the outcome comes back unless this process ends first.</summary>
    public void Submit(Command command, Action<CommandOutcome> outcome) => Input(now =>
    {
        command.AtUnixMs = WallClockMs();
        ulong request = Core.Submit(command, now);
        _requests[request] = outcome;
    });

    /// <summary>A lock holder of this machine asks to join its group through this process.</summary>
    public void Attach(ToyLockHolder holder) => _attached.Add(holder);

    protected override void Tick(MonotonicTime now) => Core.Tick(now, WallClockMs());

    /// <summary>Members whose process ended leave their group with that as evidence.</summary>
    protected override void Ticked()
    {
        for (int i = _attached.Count - 1; i >= 0; i--)
        {
            ToyLockHolder holder = _attached[i];
            if (holder.Alive || (holder.JoinPending && !holder.MemberKnown))
            {
                continue;
            }

            _attached.RemoveAt(i);
            if (holder.MemberKnown && !holder.Left)
            {
                Submit(
                    new Command
                    {
                        GroupLeave = new GroupLeave
                        {
                            Group = holder.Group,
                            Member = holder.Id.Value,
                            Evidence = Evidence.ProcessExited,
                        },
                    },
                    static _ => { });
            }
        }
    }

    private long WallClockMs() => 1_800_000_000_000 + (_world.Now / 1_000_000);

    protected override void CarryOut()
    {
        NodeEffects effects = Core.Effects;
        if (effects.Writes.Count > 0)
        {
            _world.Trace.Mix(effects.Writes[^1].Ticket);
            Machine.Disk.Enqueue(effects.Writes);
        }

        foreach (Snapshot snapshot in effects.SnapshotSaves)
        {
            _world.Trace.Line(Machine.Number, $"saves the snapshot {snapshot.Meta.Index}/{snapshot.Meta.Term}, {snapshot.Meta.Bytes} bytes");
            Machine.Disk.Save(snapshot);
        }

        foreach (RaftMessage message in effects.RaftMessages)
        {
            _world.Checks.Sending(this, message);
            MessageText.Mix(_world.Trace, message);
            string? line = _world.Trace.HasText && MessageText.IsWorthALine(message) ? Describe(message) : null;
            Send(message.To.Value, line, (core, now) => core.Receive(message, now));
        }

        foreach (PeerMessage message in effects.Messages)
        {
            _world.Checks.Sending(this, message);
            MessageText.Mix(_world.Trace, message);
            string? line = _world.Trace.HasText && MessageText.IsWorthALine(message) ? MessageText.Describe(message) : null;
            Send(message.To.Value, line, (core, now) => core.Receive(message, now));
        }

        foreach (ClusterEvent clusterEvent in effects.Events)
        {
            _world.Checks.EventSeen(this, clusterEvent);
            foreach (ToyLockHolder holder in _attached)
            {
                holder.Hear(clusterEvent);
            }
        }

        PushLease();
        foreach ((ulong request, CommandOutcome outcome) in effects.Outcomes)
        {
            if (_requests.Remove(request, out Action<CommandOutcome>? callback))
            {
                _world.After(_random.Ms(0.02, 0.3), () => callback(outcome));
            }
        }

        foreach (FenceOrder order in effects.FenceOrders)
        {
            _world.Power.Execute(order, this);
        }

        foreach (ExitQuestion question in effects.ExitQuestions)
        {
            Prove(question);
        }

        if (effects.TimingToStore is { } timing)
        {
            Store(timing);
        }

        if (effects.StaysEnded is string stopped)
        {
            _world.Trace.Line(Machine.Number, $"stays ended: {stopped}");
            foreach (ToyLockHolder holder in _attached)
            {
                holder.EndStay(stopped);
            }
        }

        if (effects.IncarnationEnded is string reason)
        {
            _world.Trace.Line(Machine.Number, $"incarnation ended: {reason}");
            foreach (ToyLockHolder holder in _attached)
            {
                holder.EndStay(reason);
            }
        }

        effects.Clear();
        _world.Checks.Stepped(this);
    }

    /// <summary>The file beside the log: on disk after a while, reported after another.</summary>
    private void Store(StoredTiming timing) => _world.After(_random.LogMs(0.5, 200), () =>
    {
        if (!Alive)
        {
            return;
        }

        Machine.Timing = timing;
        _world.Trace.Line(Machine.Number, $"stored the timing of version {timing.Version}: patience {timing.Patience.TotalMilliseconds:F0} ms");
        _world.After(_random.Ms(0.02, 2), () =>
        {
            if (Alive)
            {
                Input(now => Core.TimingStored(timing, now));
            }
        });
    });

    private static string Describe(in RaftMessage message) => message.Kind == RaftMessageKind.Proposal
        ? $"forward {message.From}→{message.To} {MessageText.CommandText(message.Data)}"
        : MessageText.Describe(message);

    private void Send(uint to, string? line, Action<ClusterNode, MonotonicTime> receive)
    {
        bool isOnItsWay = _world.Network.Carry(Machine.Number, to, () =>
        {
            if (_world.Machine(to).Daemon is not Daemon daemon)
            {
                return;
            }

            if (line is not null)
            {
                _world.Trace.Line(to, $"{(daemon.Paused ? "queued" : "got")} {line}");
            }

            daemon.Input(now => receive(daemon.Core, now));
        });
        if (!isOnItsWay && line is not null)
        {
            _world.Trace.Line(Machine.Number, $"lost {line}");
        }
    }

    /// <summary>Tells the local lock holders how far the lease reaches; they ask their machine's clock at each grant.</summary>
    private void PushLease()
    {
        foreach (ToyLockHolder holder in _attached)
        {
            if (holder.Incarnation == Core.Incarnation)
            {
                holder.LeaseDeadline = MonotonicTime.Max(holder.LeaseDeadline, Core.LeaseDeadline);
            }
        }
    }

    /// <summary>Looks again and again whether a process of this node's former life is gone; answers when it is.</summary>
    private void Prove(ExitQuestion question)
    {
        _world.After(_random.Ms(5, 25), () =>
        {
            if (!Alive)
            {
                return;
            }

            if (Paused || Machine.IsProcessAlive(question.ProcessId, question.ProcessStart))
            {
                Prove(question);
                return;
            }

            _world.Trace.Line(Machine.Number, $"process {question.ProcessId} of {question.Member} is proven gone");
            Input(now => Core.MembersExited([question.Member], now));
        });
    }
}
