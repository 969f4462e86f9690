using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// Makes this node a member: joins as a new incarnation when the process starts, and again when its incarnation has ended while the process lived on.
/// What its former life carried must be proven gone first, if the cluster has not proven it by fencing.
/// </summary>
internal sealed class Joiner(MembershipOptions options, ClusterState state, IReplicatedLog log)
{
    private static readonly TimeSpan s_pauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(1);
    private readonly string? _configuredName = NameIn(options);
    private readonly SortedSet<MemberId> _exited = [];
    private readonly SortedSet<MemberId> _asked = [];
    private TimeSpan _pause = s_pauseMin;
    private MonotonicTime _joinAgainAt = MonotonicTime.DistantPast;

    /// <summary>Tells this life from every other.</summary>
    public ulong Nonce { get; private set; } = options.Nonce;

    private ulong NextNonce => unchecked(Nonce + 1);

    /// <summary>The request under way; 0 for none.</summary>
    public ulong Request { get; private set; }

    /// <summary>The life that <see cref="Nonce"/> belongs to is over: the next one gets another.</summary>
    public void BeginNewLife()
    {
        Nonce = NextNonce;
        Request = 0;
        _pause = s_pauseMin;
        _joinAgainAt = MonotonicTime.DistantPast;
    }

    public void MembersExited(IReadOnlyList<MemberId> members)
    {
        foreach (MemberId member in members)
        {
            _exited.Add(member);
        }
    }

    public void Tick(MonotonicTime now, List<ExitQuestion> questions, Func<Command, ulong> submit)
    {
        if (state.FindNode(options.Self) is not { } own)
        {
            // Not added yet, as far as the log has come here; or removed.
            return;
        }

        if (Request != 0 || log.Status.Leader.IsNone || now < _joinAgainAt)
        {
            return;
        }

        NodeJoin join = new()
        {
            Node = own.Id.Value,
            Name = options.Name.Length > 0 ? options.Name : _configuredName ?? own.Name,
            Nonce = Nonce,
            BootId = options.BootId,
            ApiUrl = options.ApiUrl,
            Replaces = own.Incarnation.Value,
            FeatureLevel = options.FeatureLevel,
        };
        bool proven = true;
        bool sameBoot = own.BootId.Length == 0 || own.BootId == options.BootId;
        foreach ((_, MemberId member, int processId, ulong processStart) in state.UnprovenMembers(own.Id, own.Incarnation))
        {
            if (_exited.Contains(member))
            {
                join.ExitedMembers.Add(member.Value);
            }
            else if (sameBoot)
            {
                proven = false;
                if (_asked.Add(member))
                {
                    questions.Add(new ExitQuestion(member, processId, processStart));
                }
            }
        }

        if (proven)
        {
            Request = submit(new Command { NodeJoin = join });
        }
    }

    private static string? NameIn(MembershipOptions options)
    {
        foreach (ConfiguredNode node in options.Nodes)
        {
            if (node.Id == options.Self)
            {
                return node.Name;
            }
        }

        return null;
    }

    /// <summary>Our join was answered.</summary>
    public void Answered(CommandOutcome outcome, MonotonicTime now)
    {
        Request = 0;
        if (outcome.Accepted)
        {
            _pause = s_pauseMin;
            return;
        }

        if (outcome.Code == OutcomeCode.Stale)
        {
            Nonce = NextNonce;
        }

        _joinAgainAt = now + _pause;
        _pause = 2 * _pause > s_pauseMax ? s_pauseMax : 2 * _pause;
    }
}
