using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>
/// Asks for a few things at once, each unique, and then for the next. It asks the leader as far as it knows it, or anybody; when no answer comes it asks
/// again, perhaps elsewhere: then one request may stand in the log several times.
/// </summary>
internal sealed class Client(RaftWorld world, uint number)
{
    private readonly RandomStream _random = world.Stream($"client {number}");
    private readonly SortedSet<ulong> _open = [];
    private ulong _round;
    private RaftHost? _favourite;

    public uint Number { get; } = number;

    /// <summary>True when no request waits for its answer.</summary>
    public bool IsIdle => _open.Count == 0;

    /// <summary>Its last request.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>No more new requests; open ones are still asked for.</summary>
    public bool Stopped { get; set; }

    public void Start() => Rest();

    private void Rest() => world.After(_random.Ms(0, 2 * world.Plan.ClientGapMs), () =>
    {
        if (!Stopped)
        {
            Next();
        }
    });

    private void Next()
    {
        for (int burst = _random.Chance(0.2) ? _random.Below(8) : 0; burst >= 0; burst--)
        {
            _open.Add(++Sequence);
            world.History.Asked(Number, Sequence);
        }

        _round++;
        Ask(_round);
    }

    private void Ask(ulong round)
    {
        if (_open.Count == 0 || round != _round)
        {
            return;
        }

        RaftHost host = _favourite ?? _random.Pick(world.RaftHosts);
        bool expectsAnswer = false;
        if (host.Raft is RaftProcess process)
        {
            ulong[] asked = [.. _open];
            byte[][] requests = [.. asked.Select(sequence => Ledger.Request(Number, sequence, world.Plan.PayloadBytes))];
            bool isForwarded = _random.Chance(0.3);
            expectsAnswer = isForwarded || process.Log.Status.IsLeader;
            if (isForwarded)
            {
                process.Submit(requests, (which, index) => Answered(process, asked[which], index));
            }
            else
            {
                process.Propose(requests, (which, index) => Answered(process, asked[which], index));
            }

            NodeId leader = process.Log.Status.Leader;
            _favourite = leader.IsNone ? null : world.HostOf(leader);
        }
        else
        {
            _favourite = null;
        }

        // Impatient on purpose: a request that is asked for twice must have its effect once.
        world.After(expectsAnswer ? _random.LogMs(20, 1_000) : _random.Ms(1, 20), () =>
        {
            if (expectsAnswer && _random.Chance(0.3))
            {
                _favourite = null;
            }

            Ask(round);
        });
    }

    private void Answered(RaftProcess by, ulong sequence, LogIndex index)
    {
        if (_open.Remove(sequence))
        {
            world.History.Acknowledge(by, Number, sequence, index);
            if (_open.Count == 0)
            {
                Rest();
            }
        }
    }
}
