using System.Globalization;
using System.Text;

namespace Cluster.Tests.Support.Network;

/// <summary>
/// What is cut in a network of namespaces at one moment, and what follows from it: who still reaches whom, and the rules that make it so. Immutable.
/// Nodes are numbered from 1, networks from 0.
/// </summary>
public sealed class LinkCuts
{
    /// <summary>Nothing is cut.</summary>
    public static readonly LinkCuts None = new([], [], [], []);

    private readonly HashSet<(int From, int To, int Network)> _drops;
    private readonly HashSet<(int Node, int Network)> _pulled;
    private readonly HashSet<(int Node, bool Output)> _kernel;
    private readonly Dictionary<(int Node, int Network), int> _lossPercent;

    private LinkCuts(
        HashSet<(int From, int To, int Network)> drops,
        HashSet<(int Node, int Network)> pulled,
        HashSet<(int Node, bool Output)> kernel,
        Dictionary<(int Node, int Network), int> lossPercent)
    {
        _drops = drops;
        _pulled = pulled;
        _kernel = kernel;
        _lossPercent = lossPercent;
    }

    /// <summary>The links whose cable is out.</summary>
    public IReadOnlyCollection<(int Node, int Network)> Pulled => _pulled;

    /// <summary>What one node sends to another is lost on the way, silently, in this direction only.</summary>
    public LinkCuts WithDrop(int from, int to, int network) => new([.. _drops, (from, to, network)], _pulled, _kernel, _lossPercent);

    /// <summary>Two nodes are cut from each other, silently.</summary>
    public LinkCuts WithPair(int one, int other, int network) => WithDrop(one, other, network).WithDrop(other, one, network);

    /// <summary>A node is cut off from all others on these networks, silently.</summary>
    public LinkCuts WithIsolated(int node, int nodes, int networks) => Enumerable.Range(1, nodes).Where(other => other != node)
        .SelectMany(other => Enumerable.Range(0, networks), (other, network) => (other, network))
        .Aggregate(this, (cuts, pair) => cuts.WithPair(node, pair.other, pair.network));

    /// <summary>Takes a node's cable out: it sees that its carrier is gone.</summary>
    public LinkCuts WithPulled(int node, int network) => new(_drops, [.. _pulled, (node, network)], _kernel, _lossPercent);

    /// <summary>
    /// A node's own kernel drops what it sends to the others, or what it receives from them, on all networks. Unlike at the bridge, the sender is told (EPERM).
    /// </summary>
    public LinkCuts WithKernelDrop(int node, bool output) => new(_drops, _pulled, [.. _kernel, (node, output)], _lossPercent);

    /// <summary>So many of the IP packets that a node sends are lost at random.</summary>
    public LinkCuts WithLoss(int node, int network, int percent) =>
        new(_drops, _pulled, _kernel, new(_lossPercent) { [(node, network)] = percent });

    /// <summary>Whether packets of one node reach another on a network; random loss does not count.</summary>
    public bool Passes(int from, int to, int network) =>
        !_drops.Contains((from, to, network))
        && !_pulled.Contains((from, network)) && !_pulled.Contains((to, network))
        && !_kernel.Contains((from, true)) && !_kernel.Contains((to, false));

    /// <summary>Whether two nodes reach each other, there and back, on one of the networks.</summary>
    public bool Connects(int one, int other, int networks) =>
        Enumerable.Range(0, networks).Any(network => Passes(one, other, network) && Passes(other, one, network));

    /// <summary>Whether a node reaches a majority of <paramref name="nodes"/>, itself counted: such a node is healthy, whatever else is cut.</summary>
    public bool ReachesMajority(int node, int nodes, int networks) =>
        Enumerable.Range(1, nodes).Count(other => other == node || Connects(node, other, networks)) > nodes / 2;

    /// <summary>The rules for the namespace of the bridges (nft(8)), which replace the former ones in one transaction.</summary>
    internal string Rules()
    {
        StringBuilder rules = new("add table bridge cuts\ndelete table bridge cuts\ntable bridge cuts {\n chain forward {\n  type filter hook forward priority 0;\n");
        foreach ((int from, int to, int network) in _drops.Order())
        {
            rules.Append(CultureInfo.InvariantCulture, $"  iifname \"{Port(from, network)}\" oifname \"{Port(to, network)}\" drop\n");
        }

        foreach (((int node, int network), int percent) in _lossPercent.OrderBy(loss => loss.Key))
        {
            rules.Append(CultureInfo.InvariantCulture, $"  iifname \"{Port(node, network)}\" ether type ip numgen random mod 100 < {percent} drop\n");
        }

        return rules.Append(" }\n}\n").ToString();
    }

    /// <summary>The rules for a node's own namespace; null when its kernel drops nothing.</summary>
    internal string? KernelRules(int node)
    {
        string chains = (_kernel.Contains((node, true)) ? " chain out {\n  type filter hook output priority 0;\n  oifname \"c*\" drop\n }\n" : "")
            + (_kernel.Contains((node, false)) ? " chain in {\n  type filter hook input priority 0;\n  iifname \"c*\" drop\n }\n" : "");
        return chains.Length == 0 ? null : $"table inet cuts {{\n{chains}}}\n";
    }

    /// <summary>The bridge's end of a node's cable.</summary>
    internal static string Port(int node, int network) => string.Create(CultureInfo.InvariantCulture, $"n{node}x{network}");
}
