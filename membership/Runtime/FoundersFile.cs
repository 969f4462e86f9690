using System.Globalization;
using System.Text;
using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Runtime;

/// <summary>
/// The nodes that the cluster began with, kept in the data folder: every replica of the state begins with them, so this node must begin with the same ones at every
/// start, whatever its configuration says by then. Who came and went later stands in the log.
/// </summary>
/// <remarks>One line a node: number, addresses (<c>host:port</c>, separated by commas), name.</remarks>
internal static class FoundersFile
{
    private const string FileName = "founders";

    /// <summary>
    /// The founders: those of the folder, or, at its first start, those that are configured, which are kept from then on. Addresses are the configured ones where the
    /// configuration still names the node.
    /// </summary>
    /// <param name="options">The configuration.</param>
    /// <param name="warn">Takes what is ignored of the configuration, and what to do instead.</param>
    /// <exception cref="InvalidOperationException">The file can't be understood, or this node was renamed.</exception>
    public static IReadOnlyList<ConfiguredNode> Settle(NodeRuntimeOptions options, Action<string> warn)
    {
        List<ConfiguredNode> configured =
            [.. options.Nodes.Where(node => options.IsFounder || node.Id != options.Self).OrderBy(node => node.Id).Select(Configured)];
        string path = Path.Combine(options.DataDirectory, FileName);
        if (!File.Exists(path))
        {
            DataDirectory.WriteDurably(path, Text(configured));
            return configured;
        }

        List<ConfiguredNode> kept = Parse(path, File.ReadAllLines(path));
        if (kept.FirstOrDefault(node => node.Id == options.Self) is { } self && self.Name != options.Own.Name)
        {
            throw new InvalidOperationException(
                $"node {self.Id.Value} is {self.Name} in the cluster, but {options.Own.Name} is configured; a node can't be renamed: "
                + "correct the configuration, or remove the node and add it anew under another number with an empty data folder");
        }

        if (Difference(kept, configured) is { Length: > 0 } difference)
        {
            warn($"the configured list of nodes differs from the founders that {path} keeps ({difference}); it is ignored: the cluster's own list counts, "
                + "which is changed by adding and removing nodes while it runs");
        }

        return [.. kept.Select(node => node with { Addresses = Addresses(options, node) })];
    }

    private static ConfiguredNode Configured(NodePeer peer) =>
        new(peer.Id, peer.Name) { Addresses = [.. peer.Addresses.Select(address => address.ToString())] };

    private static IReadOnlyList<string> Addresses(NodeRuntimeOptions options, ConfiguredNode kept)
    {
        NodePeer? peer = options.Nodes.FirstOrDefault(node => node.Id == kept.Id && node.Name == kept.Name);
        return peer is null ? kept.Addresses : Configured(peer).Addresses;
    }

    private static string Difference(List<ConfiguredNode> kept, List<ConfiguredNode> configured)
    {
        string[] before = [.. kept.Select(Described)];
        string[] now = [.. configured.Select(Described)];
        return string.Join("; ", before.Except(now).Select(node => $"{node} is not configured")
            .Concat(now.Except(before).Select(node => $"{node} is configured and no founder")));
    }

    private static string Described(ConfiguredNode node) => string.Create(CultureInfo.InvariantCulture, $"node {node.Id.Value} {node.Name}");

    private static string Text(IEnumerable<ConfiguredNode> nodes)
    {
        var text = new StringBuilder();
        foreach (ConfiguredNode node in nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{node.Id.Value} {string.Join(',', node.Addresses)} {node.Name}\n");
        }

        return text.ToString();
    }

    private static List<ConfiguredNode> Parse(string path, string[] lines)
    {
        List<ConfiguredNode> nodes = [];
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', 3);
            if (words.Length != 3 || !uint.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint number) || number == 0)
            {
                throw new InvalidOperationException(
                    $"{path} has a line '{line}' that names no node; restore the file (one line a node: number, addresses, name) from another node's data folder: "
                    + "it is the same on all, but for addresses");
            }

            nodes.Add(new ConfiguredNode(new NodeId(number), words[2]) { Addresses = words[1].Split(',', StringSplitOptions.RemoveEmptyEntries) });
        }

        return nodes;
    }
}
