using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Benchmarks.Scale;

/// <summary>
/// Many cores in one process, each as if alone on its machine: time is virtual, but every input costs its machine the processor time that it truly took here
/// (garbage collection, which stops all at once here, not counted), and inputs that come meanwhile wait. A message takes <see cref="Latency"/>, a sync
/// <see cref="Sync"/>. So a leader that is too slow for its followers shows as one, and this machine's speed and load hardly count.
/// </summary>
internal sealed class MemoryWorld(MembershipTiming timing, int seed)
{
    private readonly PriorityQueue<MemoryInput, (long At, long Order)> _inputs = new();
    private readonly Random _random = new(seed);
    private long _order;

    /// <summary>One way between two machines.</summary>
    public static TimeSpan Latency { get; } = TimeSpan.FromMilliseconds(0.2);

    /// <summary>One write and one sync.</summary>
    public static TimeSpan Sync { get; } = TimeSpan.FromMilliseconds(1);

    public MonotonicTime Now { get; private set; } = new(1_000_000_000);

    public SortedDictionary<uint, MemoryMember> Members { get; } = [];

    /// <summary>Told of each event at each member that lives: who, what, and when by the world's clock.</summary>
    public Action<MemoryMember, ClusterEvent, MonotonicTime> EventSeen { get; set; } = static (_, _, _) => { };

    /// <summary>Messages delivered.</summary>
    public long Messages { get; private set; }

    public MemoryMember Start(uint id, IReadOnlyList<ConfiguredNode> founders)
    {
        MemoryMember member = new(id, founders, timing, (ulong)_random.NextInt64(1, long.MaxValue), Now);
        Members.Add(id, member);
        Enqueue(Now + (TickInterval * _random.NextDouble()), new MemoryInput { Target = member, Kind = InputKind.Tick });
        return member;
    }

    /// <summary>Kills a member at this instant.</summary>
    public void Kill(MemoryMember member)
    {
        member.IsDead = true;
        Members.Remove(member.Id);
    }

    public void Submit(MemoryMember member, Command command)
    {
        command.AtUnixMs = WallClockMs(Now);
        Give(member, Now, (core, now) => core.Submit(command, now));
    }

    /// <summary>The member that leads a confirmed majority; null when none does.</summary>
    public MemoryMember? Leader() => Members.Values.FirstOrDefault(member => member.Core.Log.Status is { IsLeader: true, BarrierCommitted: true } status && status.ConfirmedUntil > Now);

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan span) => RunUntil(Now + span, static () => false);

    /// <summary>Lets time pass until something holds.</summary>
    /// <returns>How long it took.</returns>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public TimeSpan RunUntil(string what, TimeSpan limit, Func<bool> holds)
    {
        MonotonicTime began = Now;
        return RunUntil(began + limit, holds)
            ? Now - began
            : throw new TimeoutException($"waited {limit.TotalSeconds} s of virtual time in vain until {what}");
    }

    private TimeSpan TickInterval => timing.HeartbeatInterval / 5;

    private bool RunUntil(MonotonicTime end, Func<bool> holds)
    {
        MonotonicTime lookAgainAt = Now;
        while (_inputs.TryPeek(out _, out (long At, long Order) next) && next.At <= end.Nanoseconds)
        {
            Now = new MonotonicTime(next.At);
            Take(_inputs.Dequeue());
            if (Now >= lookAgainAt)
            {
                if (holds())
                {
                    return true;
                }

                lookAgainAt = Now + TimeSpan.FromMilliseconds(1);
            }
        }

        Now = end;
        return holds();
    }

    private void Take(MemoryInput input)
    {
        MemoryMember member = input.Target;
        if (member.IsDead)
        {
            return;
        }

        MonotonicTime start = MonotonicTime.Max(Now, member.FreeAt);
        switch (input.Kind)
        {
            case InputKind.Tick:
                Give(member, start, (core, now) => core.Tick(now, WallClockMs(now)));
                Enqueue(MonotonicTime.Max(start + TickInterval, member.FreeAt), input);
                break;
            case InputKind.Raft:
                Messages++;
                Give(member, start, (core, now) => core.Receive(input.Raft, now));
                break;
            case InputKind.Message:
                Messages++;
                Give(member, start, (core, now) => core.Receive(input.Message!, now));
                break;
            case InputKind.Persisted:
                Give(member, start, (core, now) => core.Persisted(input.Ticket, now));
                break;
            default:
                Give(member, start, (core, now) => core.SnapshotSaved(input.Snapshot!, now));
                break;
        }
    }

    private void Give(MemoryMember member, MonotonicTime start, Action<ClusterNode, MonotonicTime> input)
    {
        TimeSpan pauses = GC.GetTotalPauseDuration();
        long began = NativeMethods.ThreadCpuNanoseconds();
        input(member.Core, start);
        long used = NativeMethods.ThreadCpuNanoseconds() - began - (long)(GC.GetTotalPauseDuration() - pauses).TotalNanoseconds;
        TimeSpan cost = TimeSpan.FromTicks(Math.Max(used, 0) / 100);
        member.Busy += cost;
        member.LongestInput = cost > member.LongestInput ? cost : member.LongestInput;
        member.FreeAt = start + cost;
        CarryOut(member);
    }

    private void CarryOut(MemoryMember member)
    {
        NodeEffects effects = member.Core.Effects;
        MonotonicTime now = member.FreeAt;
        foreach (RaftMessage message in effects.RaftMessages)
        {
            if (Members.TryGetValue(message.To.Value, out MemoryMember? target))
            {
                Enqueue(now + Latency, new MemoryInput { Target = target, Kind = InputKind.Raft, Raft = message });
            }
        }

        foreach (PeerMessage message in effects.Messages)
        {
            if (Members.TryGetValue(message.To.Value, out MemoryMember? target))
            {
                Enqueue(now + Latency, new MemoryInput { Target = target, Kind = InputKind.Message, Message = message });
            }
        }

        if (effects.Writes.Count > 0)
        {
            member.DiskFreeAt = MonotonicTime.Max(now, member.DiskFreeAt) + Sync;
            Enqueue(member.DiskFreeAt, new MemoryInput { Target = member, Kind = InputKind.Persisted, Ticket = effects.Writes[^1].Ticket });
        }

        foreach (Snapshot snapshot in effects.SnapshotSaves)
        {
            Enqueue(now + (5 * Sync), new MemoryInput { Target = member, Kind = InputKind.SnapshotSaved, Snapshot = snapshot.Meta });
        }

        foreach (ClusterEvent clusterEvent in effects.Events)
        {
            EventSeen(member, clusterEvent, now);
        }

        effects.Clear();
    }

    private void Enqueue(MonotonicTime at, MemoryInput input) => _inputs.Enqueue(input, (at.Nanoseconds, _order++));

    private static long WallClockMs(MonotonicTime now) => 1_800_000_000_000 + (now.Nanoseconds / 1_000_000);
}
