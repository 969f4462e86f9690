using System.Globalization;
using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>
/// The leader's watch over groups that wait for acknowledgements: a member that takes longer than its group allows is expelled, or its node is fenced.
/// Measured by the leader's clock from when it first saw the generation; a new leader, one that was stalled, and one that could not commit
/// acknowledgements for lack of a quorum count anew (L3).
/// </summary>
/// <remarks>
/// A late member that is expelled stops the group, so of several each has the whole time once more, in the generation that follows.
/// </remarks>
internal sealed class AckWatch(NodeId self, ClusterState state, SettingsInForce settings, IReplicatedLog log, LeaseGrantor grantor)
{
    private static readonly TimeSpan s_proposeAgain = TimeSpan.FromSeconds(5);
    private readonly SortedDictionary<string, Wait> _waits = new(StringComparer.Ordinal);

    /// <summary>A new tenure begins, or this process was stalled.</summary>
    public void Reset() => _waits.Clear();

    public void Tick(MonotonicTime now, long wallClockMs)
    {
        if (state.FeatureLevel < FeatureLevels.Membership || !grantor.IsGranting(now))
        {
            _waits.Clear();
            return;
        }

        foreach (GroupRecord group in state.Groups)
        {
            if (group.Phase != GroupPhase.Starting)
            {
                _waits.Remove(group.Name);
                continue;
            }

            if (!_waits.TryGetValue(group.Name, out Wait? wait) || wait.Generation != group.Generation)
            {
                wait = new Wait(group.Generation, now);
                _waits[group.Name] = wait;
            }

            TimeSpan waited = now - wait.Since;
            if (waited > DeadlineOf(group) && now >= wait.ProposeAgainAt)
            {
                wait.ProposeAgainAt = now + s_proposeAgain;
                DealWith(group, waited, now, wallClockMs);
            }
        }
    }

    /// <summary>On the leader: what becomes of a group's members that do not acknowledge, and when; null when there is none.</summary>
    public string? TimeLeft(GroupRecord group, MonotonicTime now)
    {
        if (!_waits.TryGetValue(group.Name, out Wait? wait) || wait.Generation != group.Generation || group.Phase != GroupPhase.Starting)
        {
            return null;
        }

        TimeSpan left = DeadlineOf(group) - (now - wait.Since);
        string fate = FateIn(group) == LateMember.Fence ? "nodes of members that have not acknowledged are fenced" : "members that have not acknowledged are expelled";
        return left > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $"or until {fate}, in {left.TotalSeconds:0.#} s")
            : $"{fate} now";
    }

    // Never so short that a member of a dead node is taken for a late one: its node is declared down first.
    private TimeSpan DeadlineOf(GroupRecord group)
    {
        TimeSpan given = group.AckDeadline ?? settings.Values.Groups.AckDeadline;
        TimeSpan least = 2 * TimingRules.Detection(settings.Timing);
        return given > least ? given : least;
    }

    private LateMember FateIn(GroupRecord group) =>
        group.LateMember == LateMember.Unspecified ? settings.Values.Groups.LateMember : group.LateMember;

    private void DealWith(GroupRecord group, TimeSpan waited, MonotonicTime now, long wallClockMs)
    {
        foreach (GroupMemberRecord member in group.Members)
        {
            if (member.Acknowledged == group.Generation)
            {
                continue;
            }

            Command? command = FateIn(group) == LateMember.Fence ? Fence(group, member, waited) : Expel(group, member, waited);
            if (command is not null)
            {
                command.AtUnixMs = wallClockMs;
                command.Proposer = self.Value;
                log.TryPropose(command.ToByteArray(), now, out _);
            }
        }
    }

    private static Command Expel(GroupRecord group, GroupMemberRecord member, TimeSpan waited) => new()
    {
        RequiredLevel = FeatureLevels.Membership,
        GroupExpel = new GroupExpel
        {
            Group = group.Name,
            Generation = group.Generation.Value,
            Member = member.Member.Id.Value,
            WaitedMs = (long)waited.TotalMilliseconds,
        },
    };

    /// <summary>Refused when it would cost the quorum; asked again then, as another node may have come back.</summary>
    private Command? Fence(GroupRecord group, GroupMemberRecord member, TimeSpan waited) =>
        state.OpenOperation(member.Member.Node, member.Member.Incarnation) is not null ? null : new Command
        {
            FenceOpen = new FenceOpen
            {
                Node = member.Member.Node.Value,
                Kind = settings.Fencing.OnDown,
                Reason = $"{member.Member.Id} of group {group.Name} did not acknowledge generation {group.Generation} "
                    + $"within {(long)waited.TotalMilliseconds} ms",
                Requester = "cluster",
            },
        };

    private sealed class Wait(Generation generation, MonotonicTime since)
    {
        public Generation Generation => generation;

        public MonotonicTime Since => since;

        public MonotonicTime ProposeAgainAt { get; set; } = MonotonicTime.DistantPast;
    }
}
