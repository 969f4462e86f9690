using Cluster.Consensus;
using Cluster.Locks.Mastering.Wire;
using Cluster.Membership;

namespace Cluster.Locks.Mastering.Tests.Simulation;

/// <summary>
/// Several members of one lock space, their links and the cluster around them, driven by one seed. The cluster declares a member
/// down only when its lease has run out, and starts the next generation only when what departed is stopped: that is what the
/// cores may rely on.
/// </summary>
internal sealed partial class SimulatedSpace
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Resources = ["a", "b", "c", "d", "e", "f"];

    private readonly LockSpaceOptions _template;
    private readonly List<SimulatedMember> _members = [];
    private readonly Dictionary<(MemberId, MemberId), SimulatedLink> _links = [];
    private readonly List<SimulatedLink> _linkList = [];
    private readonly List<GroupEntry> _log = [];
    private readonly Dictionary<(MemberId, MemberId), ulong> _newest = [];
    private SplitMix64 _random;
    private MonotonicTime _now = new(1_000_000_000);
    private ulong _lastId = 100;
    private Generation _generation;
    private readonly bool _faulty;
    private readonly List<string>? _trace;
    private bool _isStopped = true;
    private List<SimulatedMember> _current = [];

    public SimulatedSpace(ulong seed, LockSpaceMutations mutations, List<string>? trace = null)
    {
        _trace = trace;
        _random = new SplitMix64(seed);
        _faulty = seed % 5 != 0; // some runs are calm, for the crowd at the locks
        _template = new LockSpaceOptions
        {
            Self = new MemberId(1),
            Policy = seed % 2 == 0 ? MasteringPolicy.Directory : MasteringPolicy.LowestSlot,
            Mutations = mutations,
            IdleResource = TimeSpan.FromMilliseconds(20 + (30 * (double)(seed % 3))),
            RetransmitAfter = TimeSpan.FromMilliseconds(60),
            AcknowledgeAfter = TimeSpan.FromMilliseconds(5),
            BatchSize = 1 + (int)(seed % 4),
            MaxEarlyMessages = 4 + (int)(seed % 60),
        };
    }

    public LockLedger Ledger { get; } = new();

    public int Deaths { get; private set; }

    public int Generations => (int)_generation.Value;

    public void Run(int steps)
    {
        int first = 2 + (int)_random.Below(3);
        for (int i = 0; i < first; i++)
        {
            Join();
        }

        for (int step = 0; step < steps; step++)
        {
            _now += TimeSpan.FromMicroseconds(_random.Below(1500));
            Step();
        }

        Heal();
    }

    private void Step()
    {
        ulong choice = _random.Below(1000);
        switch (choice)
        {
            case < 500:
                DeliverOne();
                break;
            case < 760:
                UserActs(Any(_members));
                break;
            case < 840:
                TellGroup(Any(_members));
                break;
            case < 890:
                TickOne(Any(_members));
                break;
            case < 970:
                RenewLease(Any(_members));
                break;
            case < 980 when _faulty:
                BreakOrMend();
                break;
            case < 983 when _faulty:
                CutOff();
                break;
            case < 985:
                Join();
                break;
            default:
                ClusterActs();
                break;
        }
    }

    private SimulatedMember Any(List<SimulatedMember> members) => members[(int)_random.Below((ulong)members.Count)];

    private void DeliverOne()
    {
        if (_linkList.Count == 0)
        {
            return;
        }

        SimulatedLink link = _linkList[(int)_random.Below((ulong)_linkList.Count)];
        bool toLow = _random.Chance(0.5);
        for (ulong burst = 1 + _random.Below(4); burst > 0; burst--)
        {
            Deliver(link, toLow);
        }
    }

    private bool Deliver(SimulatedLink link, bool toLow)
    {
        SimulatedMember to = toLow ? link.Low : link.High;
        SimulatedMember from = toLow ? link.High : link.Low;
        bool mustNotice = toLow ? link.LowMustNotice : link.HighMustNotice;
        if (!to.Runs)
        {
            return false;
        }

        if (mustNotice)
        {
            if (toLow)
            {
                link.LowMustNotice = false;
            }
            else
            {
                link.HighMustNotice = false;
            }

            to.Core.PeerReset(from.Id, _now);
            CarryOut(to);
            return true;
        }

        if (!(toLow ? link.ToLow : link.ToHigh).TryDequeue(out byte[]? bytes))
        {
            return false;
        }

        LockMessage message = LockMessageCodec.Decode(bytes);
        _trace?.Add($"{_now} {to.Id} <- {from.Id}: {Describe(message)}");
        to.Core.Receive(from.Id, message, _now);
        CarryOut(to);
        return true;
    }

    private void TickOne(SimulatedMember member)
    {
        if (member.Runs)
        {
            member.Core.Tick(_now);
            CarryOut(member);
        }
    }

    private void RenewLease(SimulatedMember member)
    {
        if (member.Runs && !member.IsCutOff)
        {
            member.Lease = _now + LeaseTime;
            member.Core.SetLease(member.Lease, _now);
            CarryOut(member);
        }
    }

    private void BreakOrMend()
    {
        if (_linkList.Count == 0)
        {
            return;
        }

        SimulatedLink link = _linkList[(int)_random.Below((ulong)_linkList.Count)];
        if (link.IsCut)
        {
            link.IsCut = false;
        }
        else
        {
            link.Break();
            link.IsCut = _random.Chance(0.3);
        }
    }

    // A member loses the cluster (and may find it again), or dies at once.
    private void CutOff()
    {
        SimulatedMember victim = Any(_members);
        if (victim.IsCutOff && victim.Runs && !victim.IsDeclaredDown)
        {
            victim.IsCutOff = false;
            return;
        }

        if (!victim.Runs || _members.Count(m => m.Runs && !m.IsCutOff) <= 1)
        {
            return;
        }

        victim.IsCutOff = true;
        if (_random.Chance(0.5))
        {
            victim.Runs = false;
        }
    }

    private void CarryOut(SimulatedMember member)
    {
        LockSpaceEffects effects = member.Core.Effects;
        bool hasLease = _now < member.Lease;
        foreach (OutgoingMessage outgoing in effects.Messages)
        {
            _trace?.Add($"{_now} {member.Id} -> {outgoing.To}: {Describe(outgoing.Message)}");
            bool isRepeat = !IsFirstSent(member, outgoing);
            if (!hasLease && !isRepeat && outgoing.Message.Body is LockMessageBody.Completed { Status: LockStatus.Granted })
            {
                throw new Violation($"S2: {member.Id} granted without a lease: {outgoing.Message.Body}");
            }

            if (_links.TryGetValue(Key(member.Id, outgoing.To), out SimulatedLink? link))
            {
                link.Send(member, LockMessageCodec.Encode(outgoing.Message));
            }
        }

        foreach (LockCompletion completion in effects.Completions)
        {
            if (!hasLease && completion.Status == LockStatus.Granted)
            {
                throw new Violation($"S2: {member.Id} reported a grant without a lease: {completion}");
            }

            _trace?.Add($"{_now} {member.Id}: {completion}");
            Ledger.Completed(completion);
        }

        foreach (BlockingNotice notice in effects.BlockingNotices)
        {
            Ledger.Noticed(notice);
        }

        foreach (Generation recovered in effects.Recovered)
        {
            member.Acknowledged = recovered;
        }

        effects.Clear();
    }

    // Repeats of old messages need no lease.
    private bool IsFirstSent(SimulatedMember member, OutgoingMessage outgoing)
    {
        ulong newest = _newest.GetValueOrDefault((member.Id, outgoing.To));
        _newest[(member.Id, outgoing.To)] = Math.Max(newest, outgoing.Message.Sequence);
        return outgoing.Message.Sequence > newest;
    }

    private static string Describe(LockMessage message)
    {
        string body = message.Body switch
        {
            LockMessageBody.Holding holding => string.Join(", ", holding.Locks),
            LockMessageBody.Mastered mastered => $"Mastered {string.Join(", ", mastered.Resources)}",
            null => "acknowledgement",
            _ => message.Body.ToString(),
        };
        return $"{message.Generation} {message.Sequence} {body}";
    }

    private static (MemberId Low, MemberId High) Key(MemberId left, MemberId right) => left < right ? (left, right) : (right, left);
}
