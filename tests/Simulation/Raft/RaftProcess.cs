using Cluster.Consensus;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Network;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>One life of a process of the consensus world: the engine, its state machine, and who waits for an answer.</summary>
internal sealed partial class RaftProcess : HostProcess
{
    private readonly RaftWorld _world;
    private readonly SortedDictionary<LogIndex, (Term Term, Action<LogIndex> Answer)> _waiting = [];

    public RaftProcess(RaftWorld world, RaftHost host, int life, RecoveredLog recovered, RandomStream random)
        : base(world, host, life, world.Plan.HeartbeatMs / 5, random)
    {
        _world = world;
        Host = host;
        Id = host.Id;
        State = new Ledger();
        Log = new RaftNode(Options(random), recovered, host.Clock.Now);
        host.Disk.Synced = ticket => Input(now => Log.Persisted(ticket, now));
        ConnectSnapshots();
        Start();
    }

    public new RaftHost Host { get; }

    public NodeId Id { get; }

    public IReplicatedLog Log { get; }

    public Ledger State { get; }

    /// <summary>Asks for requests to be put into the log.</summary>
    /// <param name="payloads">The requests; all share one flush.</param>
    /// <param name="answer">Called for each that is committed as it was proposed here.</param>
    public void Propose(IReadOnlyList<byte[]> payloads, Action<int, LogIndex> answer) => Input(now =>
    {
        for (int i = 0; i < payloads.Count; i++)
        {
            int which = i;
            if (Log.TryPropose(payloads[i], now, out LogIndex index))
            {
                _waiting[index] = (Log.Status.Term, at => answer(which, at));
            }
        }

        Log.Flush(now);
    });

    protected override void Tick(MonotonicTime now)
    {
        Log.Tick(now);
        TickedAt = now;
    }

    protected override void CarryOut()
    {
        LogEffects effects = Log.Effects;
        while (!effects.IsEmpty)
        {
            if (effects.Writes.Count > 0)
            {
                _world.Trace.Mix(effects.Writes[^1].Ticket);
                _world.Checks.Writing(this, effects.Writes);
                Host.Disk.Enqueue(effects.Writes);
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
            Compact();
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
        });
        if (!isOnItsWay && line is not null)
        {
            _world.Trace.Line(Host.Number, $"lost {line}");
        }
    }
}
