using System.Buffers.Binary;

namespace Cluster.Consensus.Tests.Network;

/// <summary>
/// Voters in one thread under a seeded scheduler: true time is virtual, clocks differ in rate and origin, messages are lost,
/// repeated, delayed and reordered, links are cut, processes crash and pause, disks are slow. The same seed gives the same run.
/// </summary>
internal sealed partial class RandomNetwork
{
    private const long Millisecond = 1_000_000;

    private readonly SimulatedVoter[] _voters;
    private readonly bool[,] _cut;
    private readonly PriorityQueue<Action, (long At, ulong Order)> _events = new();
    private readonly SafetyChecker _checker;
    private readonly int _delayMs;
    private readonly double _lossRate;
    private readonly int _restartMs;
    private SplitMix64 _random;
    private ulong _order;
    private ulong _nextProposal;
    private bool _isHealed;
    private long _now;

    public RandomNetwork(ulong seed, int size, RaftMutations mutations = RaftMutations.None, int? delayMs = null, int spares = 0)
    {
        // Each run has a temper of its own: some bugs show only on slow networks, others only in quick restarts.
        _random = new SplitMix64(seed);
        _side = new SplitMix64(~seed);
        _changes = new SplitMix64(seed ^ 0x5555);
        _delayMs = delayMs ?? Pick(2, 8, 30, 80);
        _lossRate = Pick(0, 3, 10) / 100.0;
        _restartMs = Pick(20, 150, 600);
        var ids = new NodeId[size + spares];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = new NodeId((uint)i + 1);
        }

        _voters = new SimulatedVoter[ids.Length];
        _cut = new bool[ids.Length, ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            var options = new RaftOptions
            {
                Self = ids[i],
                Voters = i < size ? ids[..size] : [],
                Seed = _random.Next(),
                MaxInflightAppends = 4,
                MaxBytesPerAppend = 200,
                TrailingEntries = SidePick(0, 3, 20),
                MaxTrailingBytes = SidePick(0, 1000, 100_000),
                SnapshotChunkBytes = SidePick(40, 200, 3000),
                MaxInflightSnapshotBytes = 1000,
                Mutations = mutations,
            };

            // Any two of these rates differ by less than ClockRateBound.
            double rate = 0.954 + (_random.Below(95) / 1000.0);
            _voters[i] = new SimulatedVoter(options, rate);
        }

        _checker = new SafetyChecker(_voters, new ClusterConfiguration(ids[..size]));
        foreach (SimulatedVoter voter in _voters)
        {
            voter.Start(0, RandomOrigin(), _checker);
            After(Ms(0, 5), () => TickForEver(voter));
        }

        After(Ms(0, 20), ProposeForEver);
        After(SideMs(0, 500), CompactForEver);
        After(SideMs(0, 100), ReadForEver);
        After(Ms(300, 600), BreakForEver);
        if (spares > 0)
        {
            After(ChangeMs(300, 800), ChangeForEver);
        }
    }

    /// <summary>A hash over everything that was sent, in order.</summary>
    public ulong Trace { get; private set; } = 14695981039346656037;

    public SafetyChecker Checker => _checker;

    public IReadOnlyList<SimulatedVoter> Voters => _voters;

    /// <summary>Lets time pass with faults.</summary>
    public void Run(TimeSpan span) => RunUntil(_now + (span.Ticks * 100));

    /// <summary>Ends all faults and proposals, and lets time pass.</summary>
    public void HealAndRun(TimeSpan span)
    {
        _isHealed = true;
        Array.Clear(_cut);
        foreach (SimulatedVoter voter in _voters)
        {
            voter.PausedUntil = 0;
            voter.Disk.IsSlow = false;
            if (voter.Node is null)
            {
                voter.Start(_now, RandomOrigin(), _checker);
            }
        }

        Run(span);
    }

    /// <summary>Kills whoever leads, for good.</summary>
    public void KillLeader()
    {
        SimulatedVoter leader = Assert.Single(_voters, v => v.Role == LogRole.Leader);
        leader.Crash(survivingWrites: 0);
        leader.Role = LogRole.Follower;
    }

    /// <summary>Proposes on whoever leads.</summary>
    public bool TryPropose()
    {
        bool accepted = false;
        foreach (SimulatedVoter voter in _voters)
        {
            var payload = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(payload, ++_nextProposal);
            Input(voter, n =>
            {
                accepted |= n.TryPropose(payload, voter.Local(_now), out _);
                n.Flush(voter.Local(_now));
            });
        }

        return accepted;
    }

    private void RunUntil(long end)
    {
        while (_events.TryPeek(out _, out (long At, ulong Order) next) && next.At <= end)
        {
            _now = next.At;
            _events.Dequeue()();
        }

        _now = end;
        _checker.CheckLogs();
    }

    private void After(long delay, Action action) => _events.Enqueue(action, (_now + delay, ++_order));

    private long Ms(int min, int max) => (min * Millisecond) + (long)_random.Below((ulong)((max - min) * Millisecond));

    private long RandomOrigin() => (long)_random.Below(1_000_000_000_000);

    private int Pick(params ReadOnlySpan<int> choices) => choices[(int)_random.Below((ulong)choices.Length)];

    private SimulatedVoter Any() => _voters[_random.Below((ulong)_voters.Length)];

    private void TickForEver(SimulatedVoter voter)
    {
        Input(voter, n => n.Tick(voter.Local(_now)));
        After(Ms(4, 6), () => TickForEver(voter));
    }

    private void ProposeForEver()
    {
        if (!_isHealed)
        {
            TryPropose();
            After(Ms(0, 30), ProposeForEver);
        }
    }

    private void Input(SimulatedVoter voter, Action<RaftNode> input)
    {
        if (voter.Node is { } node && _now >= voter.PausedUntil)
        {
            input(node);
            CarryOut(voter, node);
        }
    }

    private void CarryOut(SimulatedVoter voter, RaftNode node)
    {
        foreach (LogWrite write in node.Effects.Writes)
        {
            voter.Remember(write, _checker);
            voter.Disk.Write(write);
        }

        ReplicatedLogStatus status = node.Status;
        if (status.Role != voter.Role)
        {
            voter.Role = status.Role;
            if (status.IsLeader)
            {
                _checker.OnElected(voter, status.Term);
            }
        }

        foreach (RaftMessage message in node.Effects.Messages)
        {
            SafetyChecker.OnSent(voter, message);
            Post(message);
        }

        CarryOutSnapshots(voter, node.Effects);
        foreach (LogEntry entry in node.Effects.Committed)
        {
            _checker.OnCommitted(voter, entry);
        }

        node.Effects.Clear();
        voter.NoteConfirmation(status);
        _checker.OnConfirmed(voter, _now);
        StartSync(voter);
    }

    // Group commit: whatever was written when a sync begins is durable when it ends.
    private void StartSync(SimulatedVoter voter)
    {
        int count = voter.Disk.Unsynced;
        if (count == 0 || voter.IsSyncing)
        {
            return;
        }

        voter.IsSyncing = true;
        int life = voter.Life;
        After(voter.Disk.IsSlow ? Ms(50, 500) : Ms(0, 8), () => EndSync(voter, life, count));
    }

    private void EndSync(SimulatedVoter voter, int life, int count)
    {
        if (voter.Life != life)
        {
            return;
        }

        if (_now < voter.PausedUntil)
        {
            After(voter.PausedUntil - _now, () => EndSync(voter, life, count));
            return;
        }

        ulong ticket = voter.Disk.Sync(count);
        voter.IsSyncing = false;
        Input(voter, n => n.Persisted(ticket, voter.Local(_now)));
        StartSync(voter);
    }

    private void Post(RaftMessage message)
    {
        Trace = (Trace ^ message.From.Value ^ (message.To.Value << 8) ^ (message.Term.Value << 16) ^ (ulong)_now) * 1099511628211;
        if (_cut[message.From.Value - 1, message.To.Value - 1] || (!_isHealed && _random.Chance(_lossRate)))
        {
            return;
        }

        SimulatedVoter target = _voters[message.To.Value - 1];
        int copies = !_isHealed && _random.Chance(0.03) ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            long delay = !_isHealed && _random.Chance(0.05) ? Ms(5, 400) : Ms(0, _delayMs);
            RaftMessage arriving = Damage(message);
            After(delay, () => Deliver(target, arriving));
        }
    }

    private void Deliver(SimulatedVoter target, RaftMessage message)
    {
        if (_now < target.PausedUntil)
        {
            // A stopped process finds what came in meanwhile in its sockets.
            After(target.PausedUntil - _now, () => Deliver(target, message));
            return;
        }

        Input(target, n => n.Receive(message, target.Local(_now)));
    }
}
