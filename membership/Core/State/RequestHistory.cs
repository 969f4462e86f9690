using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// Remembers the outcomes of each proposer's newest requests, so that a request that was sent twice (its first sending seemed lost) has its
/// effect once. Bounded: a proposer has far fewer requests under way at a time.
/// </summary>
internal sealed class RequestHistory
{
    private const int PerProposer = 1024;
    private readonly SortedDictionary<NodeId, Past> _proposers = [];

    public CommandOutcome? Find(NodeId proposer, ulong request) =>
        _proposers.TryGetValue(proposer, out Past? past) ? past.Outcomes.GetValueOrDefault(request) : null;

    public void Remember(NodeId proposer, ulong request, CommandOutcome outcome)
    {
        if (!_proposers.TryGetValue(proposer, out Past? past))
        {
            past = new Past();
            _proposers.Add(proposer, past);
        }

        past.Outcomes[request] = outcome;
        past.Order.Enqueue(request);
        if (past.Order.Count > PerProposer)
        {
            past.Outcomes.Remove(past.Order.Dequeue());
        }
    }

    public void Save(SavedState saved)
    {
        foreach ((NodeId proposer, Past past) in _proposers)
        {
            SavedProposer form = new() { Node = proposer.Value };
            foreach (ulong request in past.Order)
            {
                form.Outcomes.Add(SavedForms.Of(request, past.Outcomes[request]));
            }

            saved.Proposers.Add(form);
        }
    }

    public void Restore(SavedState saved)
    {
        _proposers.Clear();
        foreach (SavedProposer proposer in saved.Proposers)
        {
            foreach (SavedOutcome outcome in proposer.Outcomes)
            {
                Remember(new NodeId(proposer.Node), outcome.Request, SavedForms.ToOutcome(outcome));
            }
        }
    }

    private sealed class Past
    {
        public Dictionary<ulong, CommandOutcome> Outcomes { get; } = [];

        public Queue<ulong> Order { get; } = [];
    }
}
