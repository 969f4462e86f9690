using Cluster.Consensus;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>
/// Election safety and leader completeness (Raft figure 3): at most one leader in a term, and whatever was committed in an earlier term is in its log.
/// </summary>
internal sealed class ElectionChecker(RaftWorld world) : RaftChecker(world)
{
    private readonly SortedDictionary<Term, NodeId> _leaders = [];
    private readonly List<(Term KnownIn, LogIndex Last)> _committedBy = [];

    public override string Rule => "election safety";

    /// <summary>How many leaders there were.</summary>
    public int Count => _leaders.Count;

    public override void Committed(RaftProcess at, in LogEntry entry, bool first)
    {
        if (!first)
        {
            return;
        }

        // Committed in the term of whoever reports it first, or earlier.
        Term term = at.Log.Status.Term;
        if (_committedBy.Count > 0 && _committedBy[^1].KnownIn >= term)
        {
            _committedBy[^1] = (_committedBy[^1].KnownIn, entry.Index);
        }
        else
        {
            _committedBy.Add((term, entry.Index));
        }
    }

    public override void Stepped(RaftProcess process, in ReplicatedLogStatus status)
    {
        if (!status.IsLeader)
        {
            return;
        }

        if (_leaders.TryGetValue(status.Term, out NodeId known))
        {
            if (known != process.Id)
            {
                Fail($"{process.Host.Name} leads {status.Term}, which {known} led before");
            }

            return;
        }

        _leaders.Add(status.Term, process.Id);
        World.Trace.Line(process.Host.Number, $"leads {status.Term}");
        RequireComplete(process, status.Term);
    }

    private void RequireComplete(RaftProcess leader, Term term)
    {
        for (int i = _committedBy.Count - 1; i >= 0; i--)
        {
            (Term knownIn, LogIndex last) = _committedBy[i];
            if (knownIn >= term)
            {
                continue;
            }

            Disks.LogModel log = leader.Host.Disk.QueuedLog;
            bool isThere = log.Snapshot is { } snapshot && snapshot.Index >= last;
            if (!isThere && log.TermAt(last) != World.Checks.Truth[last].Term)
            {
                throw new Worlds.ViolationException(
                    "leader completeness", $"{leader.Host.Name} leads {term} without {last}/{World.Checks.Truth[last].Term}, which was committed in {knownIn} or before");
            }

            return;
        }
    }
}
