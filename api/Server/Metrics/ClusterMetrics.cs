using System.Diagnostics.Metrics;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;

namespace Cluster.Api.Server.Metrics;

/// <summary>
/// What the cluster's documents say, as metrics: groups and what they wait for, votes, settings. All of one scrape is read at one moment; a node that does not answer in time
/// is missing from the scrape.
/// </summary>
internal sealed class ClusterMetrics
{
    private static readonly string[] s_waits = ["quorum", "all nodes", "fencing", "ack", "end of process", "an operator"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>The instruments of one scrape are asked within this of each other.</summary>
    private const int SameScrapeMs = 500;

    private readonly ICluster _cluster;
    private readonly Lock _gate = new();
    private ClusterDocument? _document;
    private long _readAtMs = long.MinValue / 2;

    public ClusterMetrics(ICluster cluster, Meter meter)
    {
        _cluster = cluster;
        meter.CreateObservableGauge(
            "cluster.group.waits", () => Of(Waits), null, "1 for what a group waits for: quorum, all nodes, fencing, ack, end of process, an operator; 0 otherwise");
        meter.CreateObservableGauge("cluster.group.members", () => Of(now => now.Groups.Select(group => new Measurement<int>(group.Members.Count, Group(group)))), null, "Members of a group");
        meter.CreateObservableGauge(
            "cluster.group.unacknowledged",
            () => Of(now => now.Groups.Select(group => new Measurement<int>(Late(group), Group(group)))),
            null,
            "Members of a group that have not acknowledged its newest generation");
        meter.CreateObservableGauge(
            "cluster.group.generation", () => Of(now => now.Groups.Select(group => new Measurement<long>((long)group.Generation, Group(group)))), null, "The newest generation of a group");
        meter.CreateObservableGauge("cluster.quorum.votes", () => Of(now => One(now.Quorum.Votes)), null, "What all votes count together");
        meter.CreateObservableGauge("cluster.quorum.votes.up", () => Of(now => One(now.Quorum.VotesUp)), null, "What the votes of voters that are up count together");
        meter.CreateObservableGauge("cluster.quorum.votes.needed", () => Of(now => One(now.Quorum.Majority)), null, "How many votes make a majority");
        meter.CreateObservableGauge(
            "cluster.quorum.missing", () => Of(now => One(now.Quorum.Missing.Count)), null, "On the leader: nodes that wait-for-all waits for since the whole cluster started");
        meter.CreateObservableGauge("cluster.settings.version", () => Of(now => One((int)now.Quorum.SettingsVersion)), null, "The version of the settings in force");
        meter.CreateObservableGauge(
            "cluster.node.flags",
            () => Of(now => now.Nodes.SelectMany(node => new[] { Flag(node, "voting", node.Voting), Flag(node, "maintenance", node.Maintenance), Flag(node, "draining", node.Draining) })),
            null,
            "1 when a node votes, is in maintenance, is being drained");
    }

    private IEnumerable<Measurement<T>> Of<T>(Func<ClusterDocument, IEnumerable<Measurement<T>>> measure)
        where T : struct => Read() is { } now ? [.. measure(now)] : [];

    private ClusterDocument? Read()
    {
        lock (_gate)
        {
            if (Environment.TickCount64 - _readAtMs <= SameScrapeMs)
            {
                return _document;
            }

            try
            {
                // Instruments are asked synchronously, on the thread of the scrape.
                using var limit = new CancellationTokenSource(s_patience);
                _document = _cluster.ReadAsync(limit.Token).GetAwaiter().GetResult();
            }
            catch (Exception)
            {
                // The loop does not answer, or the daemon is stopping: the health endpoints say so.
                _document = null;
            }

            _readAtMs = Environment.TickCount64;
            return _document;
        }
    }

    private static IEnumerable<Measurement<int>> Waits(ClusterDocument now) => now.Groups.SelectMany(group => s_waits.Select(what => new Measurement<int>(
        group.WaitsFor.Any(each => each.StartsWith(what, StringComparison.Ordinal)) ? 1 : 0,
        Group(group),
        new KeyValuePair<string, object?>("for", what.Replace(' ', '-')))));

    private static int Late(GroupDocument group) =>
        group.State == GroupState.Starting ? group.Members.Count(member => member.Acknowledged != group.Generation) : 0;

    private static KeyValuePair<string, object?> Group(GroupDocument group) => new("group", group.Name);

    private static IEnumerable<Measurement<int>> One(int value) => [new(value)];

    private static Measurement<int> Flag(NodeDocument node, string flag, bool set) => new(
        set ? 1 : 0, new KeyValuePair<string, object?>("node", node.Name), new KeyValuePair<string, object?>("flag", flag));
}
