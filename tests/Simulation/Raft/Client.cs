using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>
/// Asks for one thing after the other, each unique. It asks the leader as far as it knows it, and asks again, perhaps elsewhere, when no answer comes: then
/// one request may stand in the log several times.
/// </summary>
internal sealed class Client(RaftWorld world, uint number)
{
    private readonly RandomStream _random = world.Stream($"client {number}");
    private ulong _sequence;
    private RaftHost? _favourite;
    private bool _open;

    public uint Number { get; } = number;

    /// <summary>True when no request waits for its answer.</summary>
    public bool IsIdle => !_open;

    /// <summary>Its last request.</summary>
    public ulong Sequence => _sequence;

    /// <summary>No more new requests; an open one is still asked for.</summary>
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
        _sequence++;
        _open = true;
        world.History.Asked(Number, _sequence);
        Ask(_sequence);
    }

    private void Ask(ulong sequence)
    {
        if (!_open || sequence != _sequence)
        {
            return;
        }

        RaftHost host = _favourite ?? _random.Pick(world.RaftHosts);
        if (host.Raft is RaftProcess process)
        {
            process.Propose([Ledger.Request(Number, sequence, world.Plan.PayloadBytes)], (_, index) => Answered(process, sequence, index));
            Term term = process.Log.Status.Term;
            NodeId leader = process.Log.Status.Leader;
            _favourite = leader.IsNone || term == Term.Zero ? null : world.HostOf(leader);
        }
        else
        {
            _favourite = null;
        }

        // Impatient on purpose: a request that is asked for twice must have its effect once.
        bool isLikelyThere = _favourite == host;
        world.After(isLikelyThere ? _random.LogMs(20, 1_000) : _random.Ms(1, 20), () =>
        {
            if (isLikelyThere && _random.Chance(0.3))
            {
                _favourite = null;
            }

            Ask(sequence);
        });
    }

    private void Answered(RaftProcess by, ulong sequence, LogIndex index)
    {
        if (_open && sequence == _sequence)
        {
            world.History.Acknowledge(by, Number, sequence, index);
            _open = false;
            Rest();
        }
    }
}
