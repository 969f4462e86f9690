using Cluster.Consensus;
using Cluster.Simulation.Disks;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>Log matching (Raft figure 3): two entries with one index and term are equal, and so are the entries before them.</summary>
internal sealed class LogMatchingChecker(RaftWorld world) : RaftChecker(world)
{
    private readonly Dictionary<(LogIndex, Term), (LogEntry Entry, Term Before)> _known = [];

    public override string Rule => "log matching";

    public override void Writing(RaftProcess by, in LogWrite write)
    {
        if (write.Kind != LogWriteKind.Append || write.Entries.IsEmpty)
        {
            return;
        }

        LogModel log = by.Host.Disk.QueuedLog;
        Term before = log.TermAt(write.Entries[0].Index - 1) ?? Term.Zero;
        foreach (LogEntry entry in write.Entries)
        {
            if (!_known.TryGetValue((entry.Index, entry.Term), out (LogEntry Entry, Term Before) known))
            {
                _known.Add((entry.Index, entry.Term), (entry, before));
            }
            else if (known.Before != before || known.Entry.Kind != entry.Kind || !known.Entry.Payload.Span.SequenceEqual(entry.Payload.Span))
            {
                Fail($"{by.Host.Name} appends {entry.Index}/{entry.Term} after an entry of {before}; elsewhere it came after one of {known.Before}, or was another one");
            }

            before = entry.Term;
        }
    }
}
