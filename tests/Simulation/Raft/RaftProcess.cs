using Cluster.Consensus;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Network;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>One life of a process of the consensus world: the engine, its state machine, and who waits for an answer.</summary>
internal sealed partial class RaftProcess : HostProcess
{
    private readonly RaftWorld _world;
    private readonly Dictionary<LogIndex, (Term Term, Action<LogIndex> Answer)> _waiting = [];
    private readonly Dictionary<(uint Client, ulong Sequence), ulong> _submitted = [];
    private readonly PendingProposals<Action<LogIndex>> _pending;
    private readonly Action<LogWrite> _look;
    private ulong _submissions;

    public RaftProcess(RaftWorld world, RaftHost host, int life, RecoveredLog recovered, RandomStream random)
        : base(world, host, life, world.Plan.HeartbeatMs / 5, random)
    {
        _world = world;
        Host = host;
        Id = host.Id;
        State = new Ledger(world.Mutant.Raft);
        Timing = host.Timing ?? TimingOf(world.Plan);
        _look = write => world.Checks.Writing(this, write);
        Log = new RaftNode(Options(random), recovered, host.Clock.Now);
        _pending = new PendingProposals<Action<LogIndex>>(Id, Log, TimeSpan.FromMilliseconds(world.Plan.HeartbeatMs * 2));
        host.Disk.Synced = ticket => Input(now => Log.Persisted(ticket, now));
        ConnectSnapshots();
        Start();
    }

    public new RaftHost Host { get; }

    public NodeId Id { get; }

    public IReplicatedLog Log { get; }

    public Ledger State { get; }

    /// <summary>Puts requests into the log, if this node leads: all share one flush.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="answer">Called for each that is committed as it was proposed here, with its place in the list and in the log.</param>
    public void Propose(IReadOnlyList<byte[]> requests, Action<int, LogIndex> answer) => Input(now =>
    {
        for (int i = 0; i < requests.Count; i++)
        {
            int which = i;
            if (Log.TryPropose(requests[i], now, out LogIndex index))
            {
                _waiting[index] = (Log.Status.Term, at => answer(which, at));
            }
        }

        Log.Flush(now);
    });

    /// <summary>Has requests brought to the leader, whoever that is, until they are applied here.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="answer">Called for each that is applied here, with its place in the list and in the log.</param>
    public void Submit(IReadOnlyList<byte[]> requests, Action<int, LogIndex> answer) => Input(_ =>
    {
        for (int i = 0; i < requests.Count; i++)
        {
            int which = i;
            if (_submitted.TryAdd(Ledger.RequestOf(requests[i]), ++_submissions))
            {
                _pending.Add(_submissions, requests[i], at => answer(which, at));
            }
        }
    });

    protected override void Tick(MonotonicTime now)
    {
        Log.Tick(now);
        _world.Checks.Ticked(this, now);
    }

    protected override void CarryOut()
    {
        LogEffects effects = Log.Effects;
        MonotonicTime now = Host.Clock.Now;
        BringToLeader(now);
        while (!effects.IsEmpty)
        {
            if (effects.Writes.Count > 0)
            {
                _world.Trace.Mix(effects.Writes[^1].Ticket);
                Host.Disk.Enqueue(effects.Writes, _look);
            }

            if (effects.Restored is Snapshot snapshot)
            {
                State.Restore(snapshot);
                _world.Checks.Restored(this, snapshot);
            }

            foreach (LogEntry entry in effects.Committed)
            {
                Apply(entry);
            }

            foreach (RaftMessage message in effects.Messages)
            {
                Send(message);
            }

            SaveSnapshots(effects);
            AnswerReads(effects);
            effects.Clear();
            Compact(now);
            BringToLeader(now);
        }

        _world.Checks.Stepped(this);
    }

    private void Apply(in LogEntry entry)
    {
        State.Apply(entry);
        _world.Checks.Committed(this, entry);
        if (_waiting.Remove(entry.Index, out (Term Term, Action<LogIndex> Answer) waiting) && waiting.Term == entry.Term)
        {
            LogIndex index = entry.Index;
            waiting.Answer(index);
        }

        if (_submitted.Remove(Ledger.RequestOf(entry), out ulong submission) && _pending.TryComplete(submission, out Action<LogIndex>? answer))
        {
            answer!(entry.Index);
        }
    }

    private void BringToLeader(MonotonicTime now)
    {
        if (_pending.Count > 0)
        {
            _pending.Tick(now, Log.Effects.Messages);
            Log.Flush(now);
        }
    }

    private void Send(RaftMessage message)
    {
        _world.Checks.Sending(this, message);
        MessageText.Mix(_world.Trace, message);
        string? line = _world.Trace.HasText && MessageText.IsWorthALine(message) ? MessageText.Describe(message) : null;
        if (_world.HostOf(message.To) is not RaftHost to)
        {
            return;
        }

        message = _world.Damage(message);
        bool isOnItsWay = _world.Network.Carry(Host.Number, to.Number, () =>
        {
            if (line is not null)
            {
                _world.Trace.Line(to.Number, $"{(to.Raft is null ? "nobody there for" : to.Raft.Paused ? "queued" : "got")} {line}");
            }

            if (to.Raft is RaftProcess process && process.Id == message.To)
            {
                process.Input(now => process.Log.Receive(message, now));
            }
        }, _world.HoldUp(message));
        if (!isOnItsWay && line is not null)
        {
            _world.Trace.Line(Host.Number, $"lost {line}");
        }
    }
}
