using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;

namespace Cluster.Simulation.Checkers;

/// <summary>What really is: which processes there ever were, on which boot a life ran, what an operator really said.</summary>
internal sealed class Facts
{
    private readonly SortedDictionary<string, ToyLockHolder> _processes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ulong, int> _bootOfLife = [];
    private readonly SortedSet<ulong> _confirmed = [];

    public void Started(ToyLockHolder holder) => _processes.Add(holder.Endpoint, holder);

    /// <summary>The process behind an endpoint.</summary>
    public ToyLockHolder Process(string endpoint) => _processes[endpoint];

    /// <summary>All processes that ever joined, or asked to join, through a life of a node.</summary>
    public IEnumerable<ToyLockHolder> ProcessesOf(NodeId node, ulong incarnation)
    {
        foreach (ToyLockHolder process in _processes.Values)
        {
            if (process.Machine.Id == node && process.Incarnation.Value == incarnation)
            {
                yield return process;
            }
        }
    }

    /// <summary>Remembers on which boot of its machine a life ran.</summary>
    public void Stepped(Daemon daemon)
    {
        if (daemon.Core.Incarnation != Incarnation.None)
        {
            _bootOfLife[daemon.Core.Incarnation.Value] = daemon.Machine.Boot;
        }
    }

    /// <summary>The boot on which a life ran; null when its process died before it knew that it was a member.</summary>
    public int? BootOf(ulong incarnation) => _bootOfLife.TryGetValue(incarnation, out int boot) ? boot : null;

    /// <summary>An operator gave a word for the end of this life.</summary>
    public void Confirmed(ulong incarnation) => _confirmed.Add(incarnation);

    public bool IsConfirmed(ulong incarnation) => _confirmed.Contains(incarnation);
}
