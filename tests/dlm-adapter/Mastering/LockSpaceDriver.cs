using Cluster.Consensus;
using Cluster.Locks.Mastering.Wire;
using Cluster.Membership;

namespace Cluster.Locks.Mastering.Tests;

/// <summary>A few members whose messages arrive when the test says so, through the codec.</summary>
internal sealed class LockSpaceDriver
{
    private readonly SortedDictionary<ulong, LockSpaceCore> _cores = [];
    private readonly Dictionary<ulong, int> _slots = [];
    private readonly List<(ulong From, ulong To, byte[] Bytes)> _underWay = [];

    public LockSpaceDriver(MasteringPolicy policy, params ulong[] members)
    {
        Options = new LockSpaceOptions { Self = new MemberId(1), Policy = policy };
        foreach (ulong member in members)
        {
            Add(member, _slots.Count);
        }
    }

    public LockSpaceOptions Options { get; set; }

    public MonotonicTime Now { get; set; } = new(1_000_000_000);

    public List<LockCompletion> Completions { get; } = [];

    public List<BlockingNotice> Notices { get; } = [];

    public List<(ulong Member, Generation Generation)> Recovered { get; } = [];

    /// <summary>Messages with a body, in the order in which they were sent.</summary>
    public List<(ulong From, ulong To, LockMessageBody Body)> Sent { get; } = [];

    public LockSpaceCore this[ulong member] => _cores[member];

    public static GroupMember MemberOf(ulong id, int slot) =>
        new(new MemberId(id), slot, new NodeId((uint)id), $"n{id}", new Incarnation(id), $"e{id}");

    public static LockId Id(ulong member, ulong number) => new(new MemberId(member), number);

    public void Add(ulong member, int slot)
    {
        _cores.Add(member, new LockSpaceCore(Options with { Self = new MemberId(member) }));
        _slots[member] = slot;
        Do(member, core => core.SetLease(Now + TimeSpan.FromHours(1), Now));
    }

    public void Kill(ulong member) => _cores.Remove(member);

    public void StopAll(ulong generation, params ulong[] departed)
    {
        foreach (ulong member in _cores.Keys.ToArray())
        {
            Do(member, core => core.Stop(new Generation(generation), [.. departed.Select(d => new MemberId(d))], Now));
        }
    }

    public void StartAll(ulong generation)
    {
        foreach (ulong member in _cores.Keys.ToArray())
        {
            Start(member, generation);
        }
    }

    public void Start(ulong member, ulong generation)
    {
        GroupMember[] members = [.. _cores.Keys.OrderBy(m => _slots[m]).Select(m => MemberOf(m, _slots[m]))];
        Do(member, core => core.Start(new Generation(generation), members, [], Now));
    }

    public LockSpaceDriver Started()
    {
        StartAll(1);
        DeliverAll();
        Forget();
        return this;
    }

    public LockId Request(ulong member, string resource, LockMode mode, LockFlags flags = LockFlags.None)
    {
        LockId id = default;
        Do(member, core => id = core.Request(ResourceName.Create(resource), mode, flags, Now));
        return id;
    }

    public LockCallResult Convert(LockId id, LockMode mode, LockFlags flags = LockFlags.None)
    {
        LockCallResult result = default;
        Do(id.Owner.Value, core => result = core.Convert(id, mode, flags, Now));
        return result;
    }

    public LockCallResult Unlock(LockId id)
    {
        LockCallResult result = default;
        Do(id.Owner.Value, core => result = core.Unlock(id, Now));
        return result;
    }

    public LockCallResult Cancel(LockId id)
    {
        LockCallResult result = default;
        Do(id.Owner.Value, core => result = core.Cancel(id, Now));
        return result;
    }

    public void Tick(TimeSpan later)
    {
        Now += later;
        foreach (ulong member in _cores.Keys.ToArray())
        {
            Do(member, core => core.Tick(Now));
        }
    }

    public void Do(ulong member, Action<LockSpaceCore> input)
    {
        LockSpaceCore core = _cores[member];
        input(core);
        foreach (OutgoingMessage outgoing in core.Effects.Messages)
        {
            _underWay.Add((member, outgoing.To.Value, LockMessageCodec.Encode(outgoing.Message)));
            if (outgoing.Message.Body is { } body)
            {
                Sent.Add((member, outgoing.To.Value, body));
            }
        }

        Completions.AddRange(core.Effects.Completions);
        Notices.AddRange(core.Effects.BlockingNotices);
        Recovered.AddRange(core.Effects.Recovered.Select(generation => (member, generation)));
        core.Effects.Clear();
    }

    /// <summary>
    /// Delivers what is under way, and what that causes, as far as <paramref name="which"/> lets it; the rest stays under way.
    /// </summary>
    public void DeliverAll(Func<ulong, ulong, bool>? which = null)
    {
        for (int i = 0; i < _underWay.Count;)
        {
            (ulong from, ulong to, byte[] bytes) = _underWay[i];
            if (which is not null && !which(from, to))
            {
                i++;
                continue;
            }

            _underWay.RemoveAt(i);
            if (_cores.ContainsKey(to))
            {
                Do(to, core => core.Receive(new MemberId(from), LockMessageCodec.Decode(bytes), Now));
            }

            i = 0;
        }
    }

    /// <summary>Delivers everything under way twice.</summary>
    public void DeliverTwice()
    {
        (ulong From, ulong To, byte[] Bytes)[] all = [.. _underWay];
        _underWay.Clear();
        foreach ((ulong from, ulong to, byte[] bytes) in all.Concat(all))
        {
            Do(to, core => core.Receive(new MemberId(from), LockMessageCodec.Decode(bytes), Now));
        }
    }

    public void LoseAll() => _underWay.Clear();

    public void Forget()
    {
        Completions.Clear();
        Notices.Clear();
        Sent.Clear();
        Recovered.Clear();
    }

    public LockCompletion Granted(LockId id) =>
        Assert.Single(Completions, completion => completion.Id == id && completion.Status == LockStatus.Granted);

    public bool IsGranted(LockId id) => Completions.Exists(c => c.Id == id && c.Status == LockStatus.Granted);

    /// <summary>A resource name whose directory is this member.</summary>
    public string NameFor(ulong directory)
    {
        MemberId[] members = [.. _cores.Keys.Select(m => new MemberId(m))];
        for (int i = 0; ; i++)
        {
            string name = $"r{i}";
            if (Rendezvous.Choose(ResourceName.Create(name), members).Value == directory)
            {
                return name;
            }
        }
    }
}
