using Cluster.ConsensusNode.State;

namespace Cluster.Integration.Tests.Chaos;

/// <summary>Compares what clients were told with what the nodes hold.</summary>
internal static class JournalCheck
{
    /// <summary>Finds every promise that was broken.</summary>
    /// <param name="journals">Of each node: which proposal stands at which index.</param>
    /// <param name="records">All that clients proposed.</param>
    /// <returns>The findings in words; empty when all is well.</returns>
    public static IReadOnlyList<string> Find(IReadOnlyList<JournalEntry[]> journals, IReadOnlyList<ProposalRecord> records)
    {
        List<string> found = [];
        JournalEntry[] journal = journals[0];
        for (int i = 1; i < journals.Count; i++)
        {
            if (!journal.AsSpan().SequenceEqual(journals[i]))
            {
                int at = journal.AsSpan().CommonPrefixLength(journals[i]);
                found.Add($"journals 0 ({journal.Length} entries) and {i} ({journals[i].Length} entries) differ from entry {at} on");
            }
        }

        for (int i = 1; i < journal.Length; i++)
        {
            if (journal[i].Index <= journal[i - 1].Index)
            {
                found.Add($"index {journal[i].Index} comes after index {journal[i - 1].Index}");
            }
        }

        Dictionary<ulong, ulong> indexes = [];
        foreach (JournalEntry entry in journal)
        {
            if (!indexes.TryAdd(entry.Id, entry.Index))
            {
                found.Add($"proposal {entry.Id} stands at {indexes[entry.Id]} and at {entry.Index}");
            }
        }

        found.AddRange(Promises(indexes, records));
        found.AddRange(Order(records));
        return found;
    }

    private static IEnumerable<string> Promises(Dictionary<ulong, ulong> indexes, IReadOnlyList<ProposalRecord> records)
    {
        foreach (ProposalRecord record in records)
        {
            bool present = indexes.TryGetValue(record.Id, out ulong index);
            if (record.Acknowledged != 0 && !present)
            {
                yield return $"proposal {record.Id} was acknowledged at {record.Index} and is gone";
            }
            else if (record.Acknowledged != 0 && index != record.Index)
            {
                yield return $"proposal {record.Id} was acknowledged at {record.Index} and stands at {index}";
            }
            else if (record.Lost && present)
            {
                yield return $"proposal {record.Id} was said to be lost and stands at {index}";
            }
        }
    }

    /// <summary>What was proposed after an acknowledgement stands after what was acknowledged, whichever nodes were asked.</summary>
    private static IEnumerable<string> Order(IReadOnlyList<ProposalRecord> records)
    {
        ProposalRecord[] bySent = [.. records.Where(record => record.Acknowledged != 0).OrderBy(record => record.Sent)];
        ProposalRecord[] byAcknowledged = [.. bySent.OrderBy(record => record.Acknowledged)];
        int next = 0;
        ulong greatest = 0;
        foreach (ProposalRecord record in bySent)
        {
            while (next < byAcknowledged.Length && byAcknowledged[next].Acknowledged < record.Sent)
            {
                greatest = Math.Max(greatest, byAcknowledged[next++].Index);
            }

            if (record.Index <= greatest)
            {
                yield return $"proposal {record.Id} was made after index {greatest} had been acknowledged, and stands at {record.Index}";
            }
        }
    }
}
