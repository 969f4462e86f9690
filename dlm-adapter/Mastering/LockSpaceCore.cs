using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>
/// One member of one lock space, without I/O: users' requests, group changes, the lease, messages and time come in as inputs;
/// what is to be done comes out in <see cref="Effects"/>, which the shell carries out and clears after each input. Not
/// thread-safe: one input at a time. All readings of
/// <c>now</c> come from this machine's one monotonic clock. An <see cref="InvalidOperationException"/> is a broken invariant: the
/// shell ends the stay.
/// </summary>
/// <remarks>
/// Every grant (at the master) and every completion (at the holder) asks the lease at that moment (S2). Without it, and between a
/// stop and the end of the recovery, operations are kept in order and carried out afterwards; nothing is dropped.
/// </remarks>
public sealed partial class LockSpaceCore
{
    private readonly LockSpaceOptions _options;
    private readonly LockTable _table = new();
    private MonotonicTime _now = MonotonicTime.DistantPast;
    private MonotonicTime _leaseDeadline = MonotonicTime.DistantPast;
    private MonotonicTime? _nextTick;
    private string _endReason = string.Empty;

    /// <summary>Makes a member that waits for its first start.</summary>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public LockSpaceCore(LockSpaceOptions options)
    {
        if (options.Self == MemberId.None)
        {
            throw new ArgumentException(
                "a lock space member needs the identity the group gave it; Self is none", nameof(options));
        }

        if (options.BatchSize is < 1 or > Wire.LockMessageCodec.MaxBatch)
        {
            throw new ArgumentException(
                $"BatchSize is {options.BatchSize}, but one message carries 1 to {Wire.LockMessageCodec.MaxBatch} entries",
                nameof(options));
        }

        if (options.IdleResource <= TimeSpan.Zero
            || options.RetransmitAfter <= TimeSpan.Zero
            || options.AcknowledgeAfter <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                "IdleResource, RetransmitAfter and AcknowledgeAfter must be greater than zero", nameof(options));
        }

        _options = options;
    }

    /// <summary>What the shell has to do. Filled by every input; cleared by the shell.</summary>
    public LockSpaceEffects Effects { get; } = new();

    /// <summary>Where this member stands.</summary>
    public LockSpaceState State { get; private set; }

    /// <summary>The newest generation that has started here.</summary>
    public Generation Generation { get; private set; }

    /// <summary>The newest generation that was recovered in full here.</summary>
    public Generation LastCompleted { get; private set; }

    /// <summary>This member's stay.</summary>
    public MemberId Self => _options.Self;

    /// <summary>The members of <see cref="Generation"/>, ordered by slot.</summary>
    public IReadOnlyList<GroupMember> Members { get; private set; } = [];

    /// <summary>Numbers for status and metrics.</summary>
    public LockSpaceCounters Counters => new(
        _locks.Count,
        _table.ResourceCount,
        _table.LockCount,
        _directory.Count,
        _deferred.Count,
        _table.Grants,
        _messagesSent,
        _messagesReceived);

    /// <summary>
    /// The earliest moment at which <see cref="Tick"/> has something to do, or null: until then, calls are harmless and useless.
    /// Ask again after each input.
    /// </summary>
    public MonotonicTime? NextTick => State == LockSpaceState.Ended ? null : _nextTick;

    /// <summary>For people: what stands between now and granting; empty when nothing does.</summary>
    public string WaitsFor(MonotonicTime now) => State switch
    {
        LockSpaceState.Ended => $"nothing: this stay is over ({_endReason})",
        LockSpaceState.Stopped when Generation == Generation.Zero => "the first start of the group",
        LockSpaceState.Stopped => $"the start of the generation after {Generation}{DescribeDeparted()}",
        LockSpaceState.Recovering => DescribeBarrier(),
        _ => HoldsLease(now) ? string.Empty : "a new lease for this node (without one nothing is granted)",
    };

    /// <summary>
    /// The generation is over. Everything that is granted stays granted; nothing more is, until the next start has been
    /// recovered.
    /// </summary>
    /// <param name="generation">The generation that ends; one that is already over is ignored.</param>
    /// <param name="departed">Who is gone or leaving; for <see cref="WaitsFor"/>.</param>
    /// <param name="now">The time.</param>
    public void Stop(Generation generation, IReadOnlyList<MemberId> departed, MonotonicTime now)
    {
        if (State == LockSpaceState.Ended || generation < Generation)
        {
            return;
        }

        Enter(now);
        _departed = [.. departed];
        if (Mutated(LockSpaceMutations.RecoverAtStop) && State == LockSpaceState.Granting)
        {
            _table.PurgeOwners(member => departed.Contains(member));
            _table.GrantAfterRecovery();
            DrainTable();
            return;
        }

        State = LockSpaceState.Stopped;
    }

    /// <summary>
    /// A new generation: what departed members held is given up, orphaned resources get new masters. Ends with
    /// <see cref="LockSpaceEffects.Recovered"/>, unless another stop comes first.
    /// </summary>
    /// <param name="generation">The new generation; one that is not newer than <see cref="Generation"/> is ignored.</param>
    /// <param name="members">All members. Who is not among them has departed.</param>
    /// <param name="departed">Those of the generation before that are not members any more.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">This member is not among <paramref name="members"/>.</exception>
    public void Start(
        Generation generation, IReadOnlyList<GroupMember> members, IReadOnlyList<GroupMember> departed, MonotonicTime now)
    {
        if (State == LockSpaceState.Ended || generation <= Generation)
        {
            return;
        }

        State = LockSpaceState.Stopped;
        Enter(now);
        BeginRecovery(generation, members);
    }

    /// <summary>
    /// The node's lease now ends at <paramref name="deadline"/>, by the clock of <paramref name="now"/>. It never moves back.
    /// </summary>
    public void SetLease(MonotonicTime deadline, MonotonicTime now)
    {
        _leaseDeadline = MonotonicTime.Max(_leaseDeadline, deadline);
        Enter(now);
    }

    /// <summary>Time passes: acknowledgements, repeats, unused resources, and what a renewed lease set free.</summary>
    public void Tick(MonotonicTime now)
    {
        if (State == LockSpaceState.Ended)
        {
            return;
        }

        _nextTick = null;
        Enter(now);
        TickLinks();
        RetryRefused();
        ForgetIdle();
    }

    /// <summary>
    /// A message came. From one sender they come in the order in which they were sent, except around a broken link.
    /// </summary>
    public void Receive(MemberId from, LockMessage message, MonotonicTime now)
    {
        if (State == LockSpaceState.Ended || from == Self)
        {
            return;
        }

        Enter(now);
        TakeMessage(from, message);
    }

    /// <summary>
    /// There is a new connection to <paramref name="peer"/>, or the old one broke: messages to and from it may be lost.
    /// Everything not yet acknowledged is sent again.
    /// </summary>
    public void PeerReset(MemberId peer, MonotonicTime now)
    {
        if (State == LockSpaceState.Ended)
        {
            return;
        }

        Enter(now);
        Resend(peer, int.MaxValue);
    }

    /// <summary>
    /// The stay is over (the node was declared down, or the member leaves): every lock and every wait is reported
    /// <see cref="LockStatus.Lost"/>, whatever the lease says.
    /// </summary>
    public void End(string reason)
    {
        if (State == LockSpaceState.Ended)
        {
            return;
        }

        State = LockSpaceState.Ended;
        _endReason = reason;
        LoseAllLocks();
        _deferred.Clear();
        _directory.Clear();
        _links.Clear();
        _undelivered.Clear();
        _table.DropAll();
    }

    private bool Mutated(LockSpaceMutations mutation) => (_options.Mutations & mutation) != 0;

    private bool HoldsLease(MonotonicTime now) => now < _leaseDeadline || Mutated(LockSpaceMutations.IgnoreLease);

    // A master may serve: its generation is recovered and its node holds the lease at this very moment (S2).
    private bool MayServe => State == LockSpaceState.Granting && HoldsLease(_now);

    // Every input begins here: the time moves on, and what was kept back is let go if it may be.
    private void Enter(MonotonicTime now)
    {
        _now = MonotonicTime.Max(_now, now);
        _table.Now = _now;
        if (State == LockSpaceState.Ended || !HoldsLease(_now))
        {
            return;
        }

        DeliverHeldBack();
        if (State == LockSpaceState.Granting)
        {
            ServeDeferred();
        }
    }

    private void Arm(MonotonicTime at)
    {
        if (_nextTick is not MonotonicTime armed || at < armed)
        {
            _nextTick = at;
        }
    }
}
