using System.Globalization;
using Cluster.Tests.Support.Network;

namespace Cluster.Integration.Tests.Namespaces;

/// <summary>The troubles that clusters of three and of five are put through.</summary>
internal static class Scenarios
{
    /// <summary>Part of the ordinary run; the whole matrix takes CLUSTER_NETNS=full.</summary>
    public static bool Full => Environment.GetEnvironmentVariable("CLUSTER_NETNS") == "full";

    /// <summary>A few of each kind.</summary>
    public static IEnumerable<Scenario> Ordinary(int nodes) => nodes == 3
        ?
        [
            Isolate(0, nodes), Pull(1), Pair(0, 1), Pair(1, 2), Deaf(0, nodes), Mute(1, nodes), KernelDrop(2, output: true),
            Pause(0, 2), Pause(1, 2), Blink(0), Blink(1),
        ]
        : [Minority(nodes), Pair(0, 1), Pause(0, 2)];

    /// <summary>Cuts on one of two networks.</summary>
    public static IEnumerable<Scenario> OneOfTwoNetworks(int nodes)
    {
        for (int network = 0; network < 2; network++)
        {
            yield return Silent(network, nodes);
            for (int role = 0; role < nodes; role++)
            {
                if (Full || role == network)
                {
                    yield return Pull(role, network);
                }
            }
        }

        yield return new Scenario(
            "leader off one network, follower 1 off the other", who => LinkCuts.None.WithPulled(who[0], 0).WithPulled(who[1], 1));
    }

    /// <summary>Every link, every pair, every node isolated and in every direction, every pause.</summary>
    public static IEnumerable<Scenario> Matrix(int nodes)
    {
        for (int role = 0; role < nodes; role++)
        {
            yield return Pull(role);
            yield return Isolate(role, nodes);
            yield return Deaf(role, nodes);
            yield return Mute(role, nodes);
            yield return KernelDrop(role, output: true);
            yield return KernelDrop(role, output: false);
            yield return Blink(role);
            for (int other = role + 1; other < nodes; other++)
            {
                yield return Pair(role, other);
            }

            for (int other = 0; other < nodes; other++)
            {
                if (other != role)
                {
                    yield return OneWay(role, other);
                }
            }
        }

        foreach (int seconds in new[] { 2, 5, 10, 30 })
        {
            yield return Pause(0, seconds);
            yield return Pause(1, seconds);
        }

        yield return Loss(nodes, 10);
        if (nodes > 3)
        {
            yield return Minority(nodes);
        }
    }

    private static Scenario Isolate(int role, int nodes) =>
        new($"{Part(role)} cut off silently", who => LinkCuts.None.WithIsolated(who[role], nodes, 1));

    private static Scenario Pull(int role, int network = 0) => new(
        string.Create(CultureInfo.InvariantCulture, $"{Part(role)}'s cable to network {network} out"), who => LinkCuts.None.WithPulled(who[role], network));

    private static Scenario Silent(int network, int nodes) => new(
        string.Create(CultureInfo.InvariantCulture, $"nothing passes on network {network}"),
        _ => Enumerable.Range(1, nodes).Aggregate(
            LinkCuts.None,
            (cuts, from) => Enumerable.Range(1, nodes).Where(to => to != from).Aggregate(cuts, (some, to) => some.WithDrop(from, to, network))));

    private static Scenario Pair(int one, int other) =>
        new($"{Part(one)} and {Part(other)} cut from each other", who => LinkCuts.None.WithPair(who[one], who[other], 0));

    private static Scenario OneWay(int from, int to) =>
        new($"nothing passes from {Part(from)} to {Part(to)}", who => LinkCuts.None.WithDrop(who[from], who[to], 0));

    private static Scenario Deaf(int role, int nodes) => new(
        $"{Part(role)} receives nothing",
        who => Others(role, nodes).Aggregate(LinkCuts.None, (cuts, other) => cuts.WithDrop(who[other], who[role], 0)));

    private static Scenario Mute(int role, int nodes) => new(
        $"nothing that {Part(role)} sends arrives",
        who => Others(role, nodes).Aggregate(LinkCuts.None, (cuts, other) => cuts.WithDrop(who[role], who[other], 0)));

    private static Scenario KernelDrop(int role, bool output) => new(
        $"{Part(role)}'s own kernel drops all {(output ? "output" : "input")}", who => LinkCuts.None.WithKernelDrop(who[role], output));

    private static Scenario Loss(int nodes, int percent) => new(
        string.Create(CultureInfo.InvariantCulture, $"{percent} % of all packets lost"),
        _ => Enumerable.Range(1, nodes).Aggregate(LinkCuts.None, (cuts, node) => cuts.WithLoss(node, 0, percent)))
    { Lasts = TimeSpan.FromSeconds(10) };

    /// <summary>The leader and as many followers as leave it without a majority, cut from the rest.</summary>
    private static Scenario Minority(int nodes) => new(
        "leader in a minority",
        who =>
        {
            int size = (nodes - 1) / 2;
            LinkCuts cuts = LinkCuts.None;
            for (int inside = 0; inside < size; inside++)
            {
                for (int outside = size; outside < nodes; outside++)
                {
                    cuts = cuts.WithPair(who[inside], who[outside], 0);
                }
            }

            return cuts;
        });

    private static Scenario Pause(int role, int seconds) => new(
        string.Create(CultureInfo.InvariantCulture, $"{Part(role)} stands still for {seconds} s"), _ => LinkCuts.None)
    {
        Paused = who => [who[role]],
        Lasts = TimeSpan.FromSeconds(seconds),
    };

    /// <summary>Half a lease: long enough for an election, too short for a death.</summary>
    private static Scenario Blink(int role) => new($"{Part(role)} stands still for half a lease", _ => LinkCuts.None)
    {
        Paused = who => [who[role]],
        Lasts = TimeSpan.FromMilliseconds(350),
        PauseKills = false,
    };

    private static IEnumerable<int> Others(int role, int nodes) => Enumerable.Range(0, nodes).Where(other => other != role);

    private static string Part(int role) => role == 0 ? "leader" : string.Create(CultureInfo.InvariantCulture, $"follower {role}");
}
