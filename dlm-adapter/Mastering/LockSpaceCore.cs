using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>
/// One member of one lock space, without I/O: users' requests, group changes, the lease, messages and time come in as inputs; what is to be
/// done comes out in <see cref="Effects"/>, which the shell carries out and clears after each input. Not thread-safe: one input at a time. All readings of
/// <c>now</c> come from this machine's one monotonic clock. An <see cref="InvalidOperationException"/> is a broken invariant: the
/// shell ends the stay.
/// </summary>
/// <remarks>
/// Every grant (at the master) and every completion (at the holder) asks the lease at that moment (S2). Without it, and between a stop and the
/// end of the recovery, operations are kept in order and carried out afterwards; nothing is dropped.
/// </remarks>
public sealed partial class LockSpaceCore
{
    private readonly LockSpaceOptions _options;
    private readonly LockSpaceCounters _counters;
    private readonly MonotonicTime? _nextTick;

    /// <summary>Makes a member that waits for its first start.</summary>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public LockSpaceCore(LockSpaceOptions options)
    {
        _options = options;
        _counters = new LockSpaceCounters(0, 0, 0, 0, 0, 0, 0, 0);
        _nextTick = null;
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
    public LockSpaceCounters Counters => _counters;

    /// <summary>
    /// The earliest moment at which <see cref="Tick"/> has something to do, or null: until then, calls are harmless and useless. Ask again
    /// after each input.
    /// </summary>
    public MonotonicTime? NextTick => _nextTick;

    /// <summary>For people: what stands between now and granting; empty when nothing does.</summary>
    public string WaitsFor(MonotonicTime now) => $"{State} {now}";

    /// <summary>The generation is over. Everything that is granted stays granted; nothing more is, until the next start has been recovered.</summary>
    /// <param name="generation">The generation that ends; one that is already over is ignored.</param>
    /// <param name="departed">Who is gone or leaving; for <see cref="WaitsFor"/>.</param>
    /// <param name="now">The time.</param>
    public void Stop(Generation generation, IReadOnlyList<MemberId> departed, MonotonicTime now) => throw new NotSupportedException();

    /// <summary>
    /// A new generation: what departed members held is given up, orphaned resources get new masters. Ends with
    /// <see cref="LockSpaceEffects.Recovered"/>, unless another stop comes first.
    /// </summary>
    /// <exception cref="InvalidOperationException">The generation does not grow, or this member is not in it.</exception>
    public void Start(Generation generation, IReadOnlyList<GroupMember> members, IReadOnlyList<GroupMember> departed, MonotonicTime now) =>
        throw new NotSupportedException();

    /// <summary>The node's lease now ends at <paramref name="deadline"/>, by the clock of <paramref name="now"/>. It never moves back.</summary>
    public void SetLease(MonotonicTime deadline, MonotonicTime now) => throw new NotSupportedException();

    /// <summary>Time passes: acknowledgements, repeats, unused resources, and what a renewed lease set free.</summary>
    public void Tick(MonotonicTime now) => throw new NotSupportedException();

    /// <summary>A user asks for a new lock. Its completion (<see cref="LockCompletion.Operation"/> 1) may be in <see cref="Effects"/> at once.</summary>
    /// <exception cref="ArgumentException">The mode is none of the six, the name is empty, or the flags do not fit a new request.</exception>
    /// <exception cref="InvalidOperationException">The stay is over.</exception>
    public LockId Request(ResourceName resource, LockMode mode, LockFlags flags, MonotonicTime now) => throw new NotSupportedException();

    /// <summary>A user asks for another mode of a granted lock. Completes like a request; the old mode is held until then.</summary>
    public LockCallResult Convert(LockId id, LockMode mode, LockFlags flags, MonotonicTime now) => throw new NotSupportedException();

    /// <summary>A user gives up a granted lock. Done for the user at once: no completion follows. Busy while an operation is under way.</summary>
    public LockCallResult Unlock(LockId id, MonotonicTime now) => throw new NotSupportedException();

    /// <summary>
    /// A user no longer wants what it waits for. A new request completes as Canceled at once; a conversion completes as Canceled, or as Granted
    /// when that came first. Busy when nothing is under way.
    /// </summary>
    public LockCallResult Cancel(LockId id, MonotonicTime now) => throw new NotSupportedException();

    /// <summary>A message came. From one sender they come in the order in which they were sent, except around a broken link.</summary>
    public void Receive(MemberId from, LockMessage message, MonotonicTime now) => throw new NotSupportedException();

    /// <summary>
    /// There is a new connection to <paramref name="peer"/>, or the old one broke: messages to and from it may be lost. Everything not yet acknowledged
    /// is sent again.
    /// </summary>
    public void PeerReset(MemberId peer, MonotonicTime now) => throw new NotSupportedException();

    /// <summary>
    /// The stay is over (the node was declared down, or the member leaves): every lock and every wait is reported
    /// <see cref="LockStatus.Lost"/>, whatever the lease says.
    /// </summary>
    public void End(string reason) => throw new NotSupportedException(reason);
}
