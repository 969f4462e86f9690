using System.Globalization;

namespace Cluster.Tests.DevCluster.Counters;

/// <summary>Holds the counters on the shared disk against what the workloads confirmed.</summary>
/// <param name="Exact">Every counter equals the sum of confirmed increments, and every confirmed increment is on the disk.</param>
/// <param name="TokensIncreasing">On each counter every token is greater than the one before.</param>
/// <param name="Operations">Confirmed increments of each manager.</param>
/// <param name="GreatestToken">The greatest token of each manager.</param>
/// <param name="InDoubt">Increments whose process was killed between write and confirmation; settled by looking at the disk.</param>
/// <param name="Problems">What does not fit, in words.</param>
public sealed record CounterAudit(
    bool Exact,
    bool TokensIncreasing,
    IReadOnlyDictionary<string, long> Operations,
    IReadOnlyDictionary<string, ulong> GreatestToken,
    int InDoubt,
    IReadOnlyList<string> Problems)
{
    private const int ProblemLimit = 20;

    /// <summary>Reads all counters and journals. The workloads must have ended.</summary>
    /// <param name="sharedFolder">Where the counters are, named <c>MANAGER.NUMBER</c>.</param>
    /// <param name="journals">The journals of all nodes.</param>
    public static CounterAudit Run(string sharedFolder, IEnumerable<string> journals)
    {
        List<string> problems = [];
        Dictionary<(string Counter, long Value, ulong Writer), ulong> confirmed = [];
        Dictionary<(string Counter, long Value, ulong Writer), ulong> intended = [];
        ReadJournals(journals, confirmed, intended, problems);

        Dictionary<string, long> operations = [];
        Dictionary<string, ulong> greatest = [];
        bool increasing = true;
        int inDoubt = 0;
        long total = 0;
        foreach (string path in Directory.EnumerateFiles(sharedFolder).Order(StringComparer.Ordinal))
        {
            string counter = Path.GetFileName(path);
            string manager = counter[..counter.LastIndexOf('.')];
            using SharedCounter disk = new(path);
            ulong last = 0;
            for (long value = 1; value <= disk.Value; value++)
            {
                CounterRecord record = disk.Read(value);
                var key = (counter, value, record.Writer);
                if (record.Token <= last)
                {
                    increasing = false;
                    problems.Add($"{counter}: increment {value} has token {record.Token}, the one before {last}");
                }

                last = record.Token;
                if (confirmed.Remove(key, out ulong token) && token == record.Token)
                {
                    operations[manager] = operations.GetValueOrDefault(manager) + 1;
                }
                else if (intended.TryGetValue(key, out token) && token == record.Token)
                {
                    inDoubt++;
                    operations[manager] = operations.GetValueOrDefault(manager) + 1;
                }
                else
                {
                    problems.Add($"{counter}: increment {value} on the disk was confirmed by nobody");
                }
            }

            greatest[manager] = Math.Max(greatest.GetValueOrDefault(manager), last);
            total += disk.Value;
        }

        foreach ((string counter, long value, ulong writer) in confirmed.Keys)
        {
            problems.Add($"{counter}: increment {value} confirmed by {writer:x} is not on the disk: it was overwritten");
        }

        if (total == 0)
        {
            problems.Add("no counter was ever incremented");
        }

        bool exact = problems.Count == 0 && operations.Values.Sum() == total;
        return new CounterAudit(exact, increasing, operations, greatest, inDoubt, problems.Take(ProblemLimit).ToList());
    }

    private static void ReadJournals(
        IEnumerable<string> journals,
        Dictionary<(string, long, ulong), ulong> confirmed,
        Dictionary<(string, long, ulong), ulong> intended,
        List<string> problems)
    {
        foreach (string journal in journals.Where(File.Exists))
        {
            foreach (string line in File.ReadLines(journal))
            {
                string[] words = line.Split(' ');
                switch (words[0])
                {
                    case "P" or "C" when words.Length == 5:
                        var key = (words[1], long.Parse(words[2], CultureInfo.InvariantCulture), ulong.Parse(words[4], CultureInfo.InvariantCulture));
                        (words[0] == "P" ? intended : confirmed)[key] = ulong.Parse(words[3], CultureInfo.InvariantCulture);
                        break;
                    case "E":
                        problems.Add($"{Path.GetFileName(Path.GetDirectoryName(journal))}: {line[2..]}");
                        break;
                    default:
                        break;
                }
            }
        }
    }
}
