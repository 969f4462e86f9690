using System.Diagnostics;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Benchmarks.Scale;

/// <summary>Many members in this process: they are listed, start all at once, live a while, and one and then the leader die.</summary>
internal sealed class MemoryPart(ScaleOptions options, Action<string> tell)
{
    private const uint Founders = 5;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);
    private readonly MemoryWorld _world = new(options.Timing, options.Seed);
    private readonly Dictionary<(ulong, uint), MonotonicTime> _firstSeen = [];
    private readonly HashSet<uint> _killed = [];
    private List<double> _delays = [];
    private int _falseDowns;

    public MemoryReport Run()
    {
        long began = Stopwatch.GetTimestamp();
        _world.EventSeen = Note;
        ConfiguredNode[] founders = [.. Enumerable.Range(1, (int)Founders).Select(id => new ConfiguredNode(new NodeId((uint)id), MemoryMember.NameOf((uint)id)))];
        for (uint id = 1; id <= Founders; id++)
        {
            _world.Start(id, founders);
        }

        _world.RunUntil("the founders are up", s_limit, () => _world.Leader() is { } leader && AllUp(leader, Founders) && leader.Core.State.FeatureLevel >= FeatureLevels.Membership);
        TimeSpan listed = List();
        tell($"{options.Members} members are listed after {listed.TotalSeconds:0.00} s");

        _delays = [];
        for (uint id = Founders + 1; id <= options.Members; id++)
        {
            _world.Start(id, founders);
        }

        TimeSpan atLeader = _world.RunUntil("all are up", s_limit, () => _world.Leader() is { } leader && AllUp(leader, options.Members));
        TimeSpan everywhere = atLeader + _world.RunUntil(
            "all know it and hold their leases",
            s_limit,
            () => _world.Members.Values.All(member => member.Core.State.AppliedIndex >= _world.Leader()?.Core.State.AppliedIndex && member.Core.LeaseDeadline > _world.Now));
        Spread storm = Take();
        tell($"the join storm is over after {atLeader.TotalSeconds:0.00} s, {everywhere.TotalSeconds:0.00} s everywhere; event delivery p99 {storm.P99Ms:0.0} ms");

        MemoryMember boss = _world.Leader()!;
        TimeSpan busy = boss.Busy;
        TimeSpan allBusy = Sum();
        long messages = _world.Messages;
        boss.LongestInput = TimeSpan.Zero;
        Spread steady = Steady();
        double load = (boss.Busy - busy) / options.SteadyTime;
        double others = (Sum() - allBusy - (boss.Busy - busy)) / options.SteadyTime / (options.Members - 1);
        double perSecond = (_world.Messages - messages) / options.SteadyTime.TotalSeconds;
        tell($"steady: leader {load:P1} of a processor, each other {others:P2}, {perSecond:0} messages/s, event delivery p99 {steady.P99Ms:0.0} ms");

        double[] worst = [0, 0];
        Spread[] deaths = new Spread[2];
        foreach (int kind in new[] { 0, 1 })
        {
            MemoryMember leader = _world.Leader()!;
            MemoryMember victim = kind == 0 ? _world.Members.Values.Last(member => member != leader) : leader;
            deaths[kind] = Death(victim);
            worst[kind] = deaths[kind].WorstMs;
            tell($"{(kind == 0 ? "a member" : "the leader")} dies: event p50 {deaths[kind].P50Ms:0} ms, p99 {deaths[kind].P99Ms:0} ms, at the last survivor {worst[kind]:0} ms");
        }

        return new MemoryReport(
            options.Members,
            options.Profile,
            listed.TotalSeconds,
            atLeader.TotalSeconds,
            everywhere.TotalSeconds,
            storm,
            steady,
            load,
            others,
            boss.LongestInput.TotalMilliseconds,
            perSecond,
            deaths[0],
            deaths[1],
            _falseDowns,
            GC.GetTotalMemory(forceFullCollection: true) / 1048576.0,
            Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>An operator lists all further nodes, one command each.</summary>
    private TimeSpan List()
    {
        MemoryMember leader = _world.Leader()!;
        for (uint id = Founders + 1; id <= options.Members; id++)
        {
            NodeAdd add = new() { Node = id, Name = MemoryMember.NameOf(id), Who = "benchmark" };
            add.Addresses.Add($"{MemoryMember.NameOf(id)}:7100");
            _world.Submit(leader, new Command { NodeAdd = add, RequiredLevel = FeatureLevels.Membership });
        }

        return _world.RunUntil(
            "all take part in the log",
            s_limit,
            () => leader.Core.State.Nodes.Count == options.Members && leader.Core.Log.Configuration is { IsJoint: false } configuration
                && configuration.Voters.Length + configuration.Learners.Length == options.Members);
    }

    /// <summary>Some events a second.</summary>
    private Spread Steady()
    {
        MonotonicTime end = _world.Now + options.SteadyTime;
        Take();
        for (int i = 0; _world.Now < end; i++)
        {
            NodeConfigure configure = new() { Node = (uint)(i % options.Members) + 1, Who = "benchmark", SetLabels = true };
            configure.Labels.Add(new Label { Key = "round", Value = $"{i}" });
            _world.Submit(_world.Leader()!, new Command { NodeConfigure = configure, RequiredLevel = FeatureLevels.Membership });
            _world.Run(TimeSpan.FromMilliseconds(100));
        }

        return Take();
    }

    private Spread Death(MemoryMember victim)
    {
        Dictionary<uint, MonotonicTime> told = [];
        _killed.Add(victim.Id);
        MonotonicTime killed = _world.Now;
        Action<MemoryMember, ClusterEvent, MonotonicTime> note = _world.EventSeen;
        _world.EventSeen = (member, clusterEvent, at) =>
        {
            note(member, clusterEvent, at);
            if (clusterEvent.KindCase == ClusterEvent.KindOneofCase.NodeDown && clusterEvent.NodeDown.Node == victim.Id)
            {
                told.TryAdd(member.Id, at);
            }
        };
        _world.Kill(victim);
        _world.RunUntil("every survivor was told", s_limit, () => told.Count == _world.Members.Count);
        _world.EventSeen = note;
        _world.Run(TimeSpan.FromSeconds(5));
        return Spread.Of([.. told.Values.Select(at => (at - killed).TotalMilliseconds)]);
    }

    private void Note(MemoryMember member, ClusterEvent clusterEvent, MonotonicTime at)
    {
        if (_firstSeen.TryAdd((clusterEvent.Index, clusterEvent.Ordinal), at)
            && clusterEvent.KindCase == ClusterEvent.KindOneofCase.NodeDown && !_killed.Contains(clusterEvent.NodeDown.Node))
        {
            _falseDowns++;
            tell($"false down: {clusterEvent.NodeDown.Name}, {clusterEvent.NodeDown.Reason}");
        }

        _delays.Add((at - _firstSeen[(clusterEvent.Index, clusterEvent.Ordinal)]).TotalMilliseconds);
    }

    private Spread Take()
    {
        Spread spread = Spread.Of(_delays);
        _delays = [];
        return spread;
    }

    private TimeSpan Sum() => _world.Members.Values.Aggregate(TimeSpan.Zero, (sum, member) => sum + member.Busy);

    private static bool AllUp(MemoryMember member, uint count) =>
        member.Core.State.Nodes.Count(node => node.State == NodeLifeState.Up) == count;
}
