using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>Where a group stands.</summary>
public enum GroupPhase
{
    /// <summary>Nobody is in it.</summary>
    Empty,

    /// <summary>Stopped: it waits for proof about departed members.</summary>
    Stopped,

    /// <summary>Started: members recover and acknowledge.</summary>
    Starting,

    /// <summary>All members have acknowledged.</summary>
    Ready,
}

/// <summary>What the replicated state knows of one group. Read it; only <see cref="ClusterState"/> changes it.</summary>
public sealed class GroupRecord
{
    internal GroupRecord(string name, Evidence requiredEvidence)
    {
        Name = name;
        RequiredEvidence = requiredEvidence;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The weakest evidence that lets it go on without a member's node; the first member to join while it is empty names it.</summary>
    public Evidence RequiredEvidence { get; internal set; }

    /// <summary>How long a member may take to acknowledge a generation, as its members named it; null: the cluster's setting.</summary>
    public TimeSpan? AckDeadline { get; internal set; }

    /// <summary>What becomes of a member that takes longer, as its members named it; unspecified: the cluster's setting.</summary>
    public LateMember LateMember { get; internal set; }

    /// <summary>The newest generation that was started.</summary>
    public Generation Generation { get; internal set; }

    /// <summary>Where it stands.</summary>
    public GroupPhase Phase { get; internal set; }

    /// <summary>Members by their stay, in order of joining.</summary>
    public IReadOnlyCollection<GroupMemberRecord> Members => MemberMap.Values;

    /// <summary>Members that are gone since the newest start.</summary>
    public IReadOnlyCollection<DepartedMember> Departed => DepartedMap.Values;

    internal SortedDictionary<MemberId, GroupMemberRecord> MemberMap { get; } = [];

    internal SortedDictionary<MemberId, DepartedMember> DepartedMap { get; } = [];
}

/// <summary>A member as the replicated state knows it.</summary>
public sealed class GroupMemberRecord
{
    internal GroupMemberRecord(GroupMember member, ulong nonce, int processId, ulong processStart)
    {
        Member = member;
        Nonce = nonce;
        ProcessId = processId;
        ProcessStart = processStart;
    }

    /// <summary>What the others need to know.</summary>
    public GroupMember Member { get; }

    /// <summary>Drawn by the joining process.</summary>
    public ulong Nonce { get; }

    /// <summary>Its process on its node.</summary>
    public int ProcessId { get; }

    /// <summary>That process's start time in clock ticks since boot.</summary>
    public ulong ProcessStart { get; }

    /// <summary>The newest generation it has acknowledged.</summary>
    public Generation Acknowledged { get; internal set; }
}

/// <summary>A member that is gone and about which the next start must tell.</summary>
/// <param name="Member">Who.</param>
/// <param name="Clean">
/// True when it is proven that it gives up nothing unawares: it left, its process ended, or its node is fenced. One that was expelled because it did not
/// acknowledge is none of these at first.
/// </param>
/// <param name="ProcessId">Its process on its node.</param>
/// <param name="ProcessStart">That process's start time in clock ticks since boot.</param>
public sealed record DepartedMember(GroupMember Member, bool Clean, int ProcessId, ulong ProcessStart);
