using System.Globalization;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime;

namespace Cluster.ConsensusNode;

/// <summary>The command line of a node, understood.</summary>
internal sealed record NodeSettings
{
    public const string Usage =
        """
        usage: consensus-node --self N --nodes N=PORT,N=PORT,... --data DIR --control SOCKET [OPTIONS]

          One voter of the replicated log: the engine, its write-ahead log in DIR and its links on loopback, as the daemon runs them.
          The driver steers it through the Unix socket, one JSON object a line. It ends when its standard input does.

          --self N               this node's number
          --nodes N=PORT,...     all nodes and their ports on 127.0.0.1
          --voters N,...         who votes at first (default: all)
          --data DIR             the data folder
          --control SOCKET       the control socket
          --journal              keep which proposal stands at which index
          --profile lan|fast     timing (default lan)
          --compact-every N      hand the state over for a snapshot every so many entries (default: never by itself)
          --trailing N           entries before a snapshot that stay in the log (default 5000)
          --ballast BYTES        make snapshots so much larger
        """;

    public required NodeId Self { get; init; }

    public required IReadOnlyList<NodePeer> Nodes { get; init; }

    public required string Data { get; init; }

    public required string Control { get; init; }

    public bool Journal { get; init; }

    public MembershipTiming Timing { get; init; } = MembershipTiming.Lan;

    public ulong CompactEvery { get; init; } = ulong.MaxValue;

    public required IReadOnlyList<NodeId> Voters { get; init; }

    public int TrailingEntries { get; init; } = 5000;

    public int BallastBytes { get; init; }

    /// <exception cref="FormatException">The command line is not understood.</exception>
    public static NodeSettings Parse(IReadOnlyList<string> args)
    {
        Dictionary<string, string> given = [];
        for (int i = 0; i < args.Count; i++)
        {
            given[args[i]] = args[i] == "--journal" ? "" : ++i < args.Count ? args[i] : throw new FormatException($"{args[i - 1]} needs a value");
        }

        string Take(string name) => given.Remove(name, out string? value) ? value : throw new FormatException($"{name} is missing");
        NodePeer[] nodes = [.. Take("--nodes").Split(',').Select(Node)];
        NodeSettings settings = new()
        {
            Self = new NodeId((uint)Number(Take("--self"))),
            Nodes = nodes,
            Voters = given.Remove("--voters", out string? voters)
                ? [.. voters.Split(',').Select(id => new NodeId((uint)Number(id)))]
                : [.. nodes.Select(node => node.Id)],
            TrailingEntries = given.Remove("--trailing", out string? trailing) ? Number(trailing) : 5000,
            Data = Take("--data"),
            Control = Take("--control"),
            Journal = given.Remove("--journal"),
            Timing = given.Remove("--profile", out string? profile) ? TimingOf(profile) : MembershipTiming.Lan,
            CompactEvery = given.Remove("--compact-every", out string? every) ? (ulong)Number(every) : ulong.MaxValue,
            BallastBytes = given.Remove("--ballast", out string? bytes) ? Number(bytes) : 0,
        };
        return given.Count == 0 ? settings : throw new FormatException($"{given.Keys.First()} is not known");
    }

    private static NodePeer Node(string text) => text.Split('=') is [var id, var port]
        ? new NodePeer(new NodeId((uint)Number(id)), $"n{id}", "127.0.0.1", Number(port))
        : throw new FormatException($"--nodes {text}: give N=PORT");

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new FormatException($"'{text}' is no number");

    private static MembershipTiming TimingOf(string profile) => profile switch
    {
        "lan" => MembershipTiming.Lan,
        "fast" => MembershipTiming.Fast,
        _ => throw new FormatException($"--profile {profile}: choose lan or fast"),
    };
}
