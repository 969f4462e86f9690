using System.Globalization;
using Cluster.Tests.DevCluster;

namespace Cluster.Tests.Demo;

/// <summary>Reads in the workloads' journals when a lock of another node was granted to a survivor.</summary>
internal sealed class TakeOvers(IReadOnlyList<NodeDefinition> survivors, string lost)
{
    private readonly Dictionary<string, long> _read = [];
    private readonly List<TakeOver> _found = [];

    /// <summary>The first grant of the lost node's own lock through a manager at or after a moment, if there was one yet.</summary>
    public TakeOver? First(string manager, DateTime from)
    {
        Read();
        TakeOver? first = null;
        foreach (TakeOver found in _found)
        {
            if (found.Manager == manager && found.At >= from && (first is null || found.At < first.At))
            {
                first = found;
            }
        }

        return first;
    }

    private void Read()
    {
        foreach (NodeDefinition node in survivors)
        {
            using FileStream file = new(node.Journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Position = _read.GetValueOrDefault(node.Name);
            using StreamReader reader = new(file);
            string text = reader.ReadToEnd();
            int whole = text.LastIndexOf('\n') + 1;
            _read[node.Name] = _read.GetValueOrDefault(node.Name) + whole;
            foreach (string line in text[..whole].Split('\n'))
            {
                string[] words = line.Split(' ');
                if (words.Length == 5 && words[0] == "T" && words[2] == $"home/{lost}")
                {
                    long microseconds = long.Parse(words[4], CultureInfo.InvariantCulture);
                    _found.Add(new TakeOver(words[1], node.Name, words[3], DateTime.UnixEpoch.AddTicks(microseconds * 10)));
                }
            }
        }
    }
}

/// <summary>A lock that another node held was granted.</summary>
internal sealed record TakeOver(string Manager, string Node, string Token, DateTime At);
