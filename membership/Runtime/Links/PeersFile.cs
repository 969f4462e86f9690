using System.Globalization;
using System.Text;
using Cluster.Consensus;
using Cluster.Transport.Security;

namespace Cluster.Runtime.Links;

/// <summary>
/// The newest known list of nodes, kept in the data folder: a node that restarts finds those that came after the founders. One line a node: number,
/// name, addresses. It is a help for finding the others and no more; who belongs to the cluster is said by the replicated state.
/// </summary>
internal static class PeersFile
{
    private const string Name = "peers";

    /// <summary>The file in a data folder.</summary>
    public static string Of(string directory) => Path.Combine(directory, Name);

    /// <summary>Reads the list; empty when there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">Why it could not be read, or null.</param>
    public static IReadOnlyList<NodePeer> Read(string path, out string? problem)
    {
        problem = null;
        List<NodePeer> nodes = [];
        try
        {
            if (!File.Exists(path))
            {
                return nodes;
            }

            foreach (string line in File.ReadAllLines(path))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 0 || words[0][0] == '#')
                {
                    continue;
                }

                if (!TryParse(words, out NodePeer? node))
                {
                    problem = $"{path} says '{line}', which is no 'NUMBER NAME HOST:PORT...'; it is left out, and the nodes are sought where the configuration names them";
                    return [];
                }

                nodes.Add(node!);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{path} can't be read: {e.Message}; the nodes are sought where the configuration names them";
            return [];
        }

        return nodes;
    }

    /// <summary>Writes the list; it is the old one or the new one after a crash.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public static void Write(string path, IReadOnlyList<NodePeer> nodes)
    {
        IEnumerable<string> lines = nodes.Select(
            node => string.Create(CultureInfo.InvariantCulture, $"{node.Id.Value} {node.Name} {string.Join(' ', node.Addresses)}"));
        string temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            string text = string.Join('\n', lines.Prepend("# The cluster's nodes as last known here. Written by clusterd.")) + "\n";
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>
    /// Where to look for each node at the start: where it was last known to be, then where the configuration says, in case it moved while this node was down.
    /// </summary>
    public static IReadOnlyList<NodePeer> Merge(IReadOnlyList<NodePeer> configured, IReadOnlyList<NodePeer> known)
    {
        SortedDictionary<uint, NodePeer> merged = [];
        foreach (NodePeer node in known.Concat(configured))
        {
            merged[node.Id.Value] = merged.TryGetValue(node.Id.Value, out NodePeer? before)
                ? before with { Name = node.Name, Addresses = [.. before.Addresses.Union(node.Addresses)] }
                : node;
        }

        return [.. merged.Values];
    }

    private static bool TryParse(string[] words, out NodePeer? node)
    {
        node = null;
        if (words.Length < 3 || !uint.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint number) || number == 0 || !PeerName.IsName(words[1]))
        {
            return false;
        }

        List<PeerAddress> addresses = [];
        foreach (string word in words[2..])
        {
            if (!PeerAddress.TryParse(word, out PeerAddress address))
            {
                return false;
            }

            addresses.Add(address);
        }

        node = new NodePeer(new NodeId(number), words[1], addresses);
        return true;
    }
}
