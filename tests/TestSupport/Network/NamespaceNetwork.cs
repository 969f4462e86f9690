using System.Globalization;

namespace Cluster.Tests.Support.Network;

/// <summary>
/// A small data centre of network namespaces: one for each node, one or more networks that join them (a bridge each, in a namespace of its own), and a
/// network for the BMCs that is never cut. Nothing of the machine's own network is touched. Cuts are made at the bridges, as a switch or a cable would
/// make them: a sender notices a pulled cable and nothing else.
/// </summary>
public sealed class NamespaceNetwork : IDisposable
{
    private const int Management = 9;
    private const int FirstBmcHost = 100;
    private static readonly string[] s_tools = ["ip", "nft", "nsenter"];

    private readonly Lock _gate = new();
    private readonly List<NetworkNamespace> _nodes = [];
    private readonly NetworkNamespace _switch;

    private NamespaceNetwork(int networks)
    {
        Networks = networks;
        _switch = NetworkNamespace.Create("switch");
        Bmcs = NetworkNamespace.Create("bmcs");
    }

    /// <summary>Why there can be none here; null when there can: it needs root, and the packages iproute2 and nftables.</summary>
    public static string? Missing =>
        !Programs.Installed(s_tools) ? $"network namespaces: {Programs.Missing(s_tools)} (packages iproute2, nftables)"
        : !Environment.IsPrivilegedProcess ? "network namespaces: only root may make them"
        : null;

    /// <summary>How many networks join the nodes.</summary>
    public int Networks { get; }

    /// <summary>How many nodes there are.</summary>
    public int Nodes => _nodes.Count;

    /// <summary>Where the BMCs live: each node reaches them on its management link.</summary>
    public NetworkNamespace Bmcs { get; }

    /// <summary>What is cut now.</summary>
    public LinkCuts Cuts { get; private set; } = LinkCuts.None;

    /// <summary>Makes it; first removes what dead test runs left.</summary>
    /// <exception cref="InvalidOperationException">It could not be made; <see cref="Missing"/> says beforehand why.</exception>
    public static NamespaceNetwork Create(int nodes, int networks = 1)
    {
        if (Missing is { } missing)
        {
            throw new InvalidOperationException(missing);
        }

        NamespaceLeftovers.Remove();
        NamespaceNetwork made = new(networks);
        try
        {
            made.Build(nodes);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>The namespace of a node, numbered from 1.</summary>
    public NetworkNamespace Node(int node) => _nodes[node - 1];

    /// <summary>A node's address on a network.</summary>
    public static string Address(int node, int network) => string.Create(CultureInfo.InvariantCulture, $"10.80.{network}.{node}");

    /// <summary>The address of a node's BMC.</summary>
    public static string BmcAddress(int node) => Address(FirstBmcHost + node, Management);

    /// <summary>Puts these cuts in the place of the present ones.</summary>
    public void Apply(LinkCuts cuts)
    {
        lock (_gate)
        {
            // Cables first out, then rules, then cables in: nothing passes meanwhile that passes neither before nor after.
            _switch.Ip(cuts.Pulled.Except(Cuts.Pulled).Select(link => $"link set {LinkCuts.Port(link.Node, link.Network)} down"));
            _switch.Exec("nft", ["-f", "-"], cuts.Rules());
            for (int node = 1; node <= Nodes; node++)
            {
                if (cuts.KernelRules(node) != Cuts.KernelRules(node))
                {
                    Node(node).Exec("nft", ["-f", "-"], $"add table inet cuts\ndelete table inet cuts\n{cuts.KernelRules(node)}");
                }
            }

            _switch.Ip(Cuts.Pulled.Except(cuts.Pulled).Select(link => $"link set {LinkCuts.Port(link.Node, link.Network)} up"));
            Cuts = cuts;
        }
    }

    /// <summary>Takes all cuts away.</summary>
    public void Heal() => Apply(LinkCuts.None);

    /// <summary>Adds to the present cuts.</summary>
    public void Cut(Func<LinkCuts, LinkCuts> more) => Apply(more(Cuts));

    /// <summary>Kills whatever runs in the namespaces, and removes them.</summary>
    public void Dispose()
    {
        foreach (NetworkNamespace each in _nodes)
        {
            each.Dispose();
        }

        Bmcs.Dispose();
        _switch.Dispose();
    }

    private void Build(int nodes)
    {
        _switch.Ip(Enumerable.Range(0, Networks).Append(Management).SelectMany(network => new[]
        {
            // Without spanning tree and snooping: a port forwards as soon as it is up.
            $"link add br{network} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
            $"link set br{network} up",
        }));
        for (int node = 1; node <= nodes; node++)
        {
            NetworkNamespace made = NetworkNamespace.Create(string.Create(CultureInfo.InvariantCulture, $"n{node}"));
            _nodes.Add(made);
            for (int network = 0; network < Networks; network++)
            {
                Join(made, $"c{network}", LinkCuts.Port(node, network), network, [Address(node, network)]);
            }

            Join(made, "management", LinkCuts.Port(node, Management), Management, [Address(node, Management)]);
        }

        Join(Bmcs, "bmcs", "bmcs", Management, Enumerable.Range(1, nodes).Select(BmcAddress));
    }

    private void Join(NetworkNamespace inside, string name, string port, int network, IEnumerable<string> addresses)
    {
        _switch.Ip(
            $"link add {port} type veth peer name {name} netns {inside.Name}",
            $"link set {port} master br{network}",
            $"link set {port} up");
        inside.Ip(addresses.Select(address => $"addr add {address}/24 dev {name}").Append($"link set {name} up"));
    }
}
