using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// The outcomes of each proposer's newest requests, so that a request that was sent twice (its first sending seemed lost) has its effect once.
/// </summary>
/// <remarks>
/// A process numbers its requests from a random 64-bit number on, so the upper half of a number tells the lives of a node's process apart. (A
/// life whose numbers run over into the next upper half goes on as another session; only requests further apart than the whole history
/// would notice.)
/// </remarks>
internal sealed class RequestHistory
{
    private readonly DuplicateFilter<CommandOutcome> _filter = new();

    public ProposalVerdict Judge(NodeId proposer, ulong request, out CommandOutcome? outcome) =>
        _filter.Judge(SessionOf(proposer, request), request, out outcome);

    public void Remember(NodeId proposer, ulong request, CommandOutcome outcome) =>
        _filter.Remember(SessionOf(proposer, request), request, outcome);

    public void Save(SavedState saved)
    {
        SavedProposer? proposer = null;
        foreach (RememberedOutcome<CommandOutcome> one in _filter.Export())
        {
            if (proposer?.Node != one.Session.Node.Value)
            {
                proposer = new SavedProposer { Node = one.Session.Node.Value };
                saved.Proposers.Add(proposer);
            }

            proposer.Outcomes.Add(SavedForms.Of(one.Sequence, one.Outcome));
        }
    }

    public void Restore(SavedState saved)
    {
        List<RememberedOutcome<CommandOutcome>> all = [];
        foreach (SavedProposer proposer in saved.Proposers)
        {
            NodeId node = new(proposer.Node);
            foreach (SavedOutcome outcome in proposer.Outcomes)
            {
                all.Add(new RememberedOutcome<CommandOutcome>(SessionOf(node, outcome.Request), outcome.Request, SavedForms.ToOutcome(outcome)));
            }
        }

        _filter.Restore(all);
    }

    private static ProposalSession SessionOf(NodeId proposer, ulong request) => new(proposer, request >> 32);
}
