using System.Threading.Channels;
using Cluster.Client;
using Cluster.Consensus;
using Cluster.Locks.Contract;
using Cluster.Locks.Mastering;
using Cluster.Membership;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.Hosting;

/// <summary>
/// Runs one member of one lock space. Every input to the core is made under one short lock by whoever has it: a user's thread, a
/// link's read loop, the group's changes, the timer. Effects are carried out under the same lock, in order, and none of them
/// waits. A lock whose master is this process is therefore granted on its user's thread. A failure of the core ends the space.
/// </summary>
internal sealed partial class LockSpaceHost : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly LockSpaceCore _core;
    private readonly LockSpaceHostOptions _options;
    private readonly ILogger _logger;
    private readonly ILease _lease;
    private readonly IGroupMembership _group;
    private readonly MemberNetwork _network;
    private readonly MemberPort _port;
    private readonly Dictionary<LockId, HostedLock> _locks = [];
    private readonly Channel<Generation> _recovered =
        Channel.CreateUnbounded<Generation>(new UnboundedChannelOptions { SingleReader = true });

    private readonly HostCounters _counters = new();
    private MonotonicTime _leaseGiven = MonotonicTime.DistantPast;
    private bool _carryingOut;
    private bool _ended;

    private LockSpaceHost(IMembershipClient membership, IGroupMembership group, MemberNetwork network, LockSpaceHostOptions options)
    {
        _options = options;
        _logger = options.Logger;
        _lease = membership.Lease;
        _group = group;
        _network = network;
        Endpoint = EndpointOf(network, options);
        _core = new LockSpaceCore(new LockSpaceOptions { Self = group.Id, Policy = options.Policy });
        _port = network.Open(group.Id, this);
    }

    /// <summary>The space's name.</summary>
    public string Name => _options.Name;

    /// <summary>This stay in the group.</summary>
    public MemberId Id => _group.Id;

    /// <summary>Where other members were told to reach this one.</summary>
    public string Endpoint { get; }

    /// <summary>Signalled when the space has ended; everything held in it is lost.</summary>
    public LossSignal Loss { get; } = new();

    /// <summary>True while this node may act on what it holds.</summary>
    public bool IsLeaseHeld => _lease.IsHeld;

    /// <summary>Joins the space's group and starts to run.</summary>
    /// <exception cref="MembershipException">The daemon refused the join.</exception>
    public static async Task<LockSpaceHost> JoinAsync(
        IMembershipClient membership, MemberNetwork network, LockSpaceHostOptions options, CancellationToken cancellation)
    {
        GroupJoinOptions join = new(options.Name, EndpointOf(network, options), options.RequiredEvidence);
        IGroupMembership group = await membership.JoinGroupAsync(join, cancellation).ConfigureAwait(false);
        LockSpaceHost host = new(membership, group, network, options);
        host.Start();
        return host;
    }

    /// <summary>Asks for a new lock; the answer comes to <paramref name="asked"/>, perhaps before this returns.</summary>
    public void Request(HostedLock asked, ResourceName resource, LockMode mode, LockFlags flags)
    {
        lock (_gate)
        {
            _counters.Requests++;
            if (_ended)
            {
                asked.OnLost(Loss.Reason!);
                return;
            }

            Step(
                (Host: this, asked, resource, mode, flags),
                static (s, now) =>
                {
                    try
                    {
                        s.asked.Id = s.Host._core.Request(s.resource, s.mode, s.flags, now);
                    }
                    catch (ArgumentException e)
                    {
                        s.asked.State = HostedLockState.Gone;
                        s.Host._counters.Refused++;
                        s.asked.OnFailed(LockFailure.Invalid, e.Message, held: null);
                        return;
                    }

                    s.asked.State = HostedLockState.Requesting;
                    s.Host._counters.Waiting++;
                    s.Host._locks.Add(s.asked.Id, s.asked);
                });
            if (_ended && asked.State == HostedLockState.New)
            {
                // This input found the end before the space knew of the lock, so the end has not told it.
                asked.OnLost(Loss.Reason!);
            }
        }
    }

    /// <summary>
    /// Asks for another mode; the answer comes to the lock, perhaps before this returns. False, and no answer: the lock is not
    /// held, or something is in flight on it.
    /// </summary>
    public bool Convert(HostedLock held, LockMode mode, LockFlags flags)
    {
        lock (_gate)
        {
            if (held.State != HostedLockState.Held)
            {
                return false;
            }

            _counters.Conversions++;
            if (_ended)
            {
                held.OnLost(Loss.Reason!);
                return true;
            }

            Step((Host: this, held, mode, flags), static (s, now) => s.Host.ConvertInCore(s.held, s.mode, s.flags, now));
            return true;
        }
    }

    /// <summary>
    /// Asks to give up the conversion in flight; its answer says whether that was in time. Nothing when none is.
    /// </summary>
    public void Cancel(HostedLock held)
    {
        lock (_gate)
        {
            if (!_ended && held.State == HostedLockState.Converting)
            {
                Step((Host: this, held), static (s, now) => s.Host._core.Cancel(s.held.Id, now));
            }
        }
    }

    /// <summary>Gives up a request in flight; no answer comes any more. False when none was.</summary>
    public bool GiveUpRequest(HostedLock asked)
    {
        lock (_gate)
        {
            if (asked.State != HostedLockState.Requesting)
            {
                return false;
            }

            Release(asked);
            return true;
        }
    }

    /// <summary>
    /// Gives up whatever stands: a request in flight, a lock, a lock with a conversion in flight. No report about it follows.
    /// What a crossing grant brings is unlocked when it comes.
    /// </summary>
    public void Release(HostedLock held)
    {
        lock (_gate)
        {
            switch (held.State)
            {
                case HostedLockState.Requesting or HostedLockState.Converting:
                    held.State = HostedLockState.Abandoned;
                    if (!_ended)
                    {
                        Step((Host: this, held), static (s, now) => s.Host._core.Cancel(s.held.Id, now));
                    }

                    break;
                case HostedLockState.Held:
                    held.State = HostedLockState.Gone;
                    if (!_ended)
                    {
                        Step((Host: this, held), static (s, now) => s.Host.Unlock(s.held, now));
                    }

                    break;
            }
        }
    }

    /// <summary>
    /// Ends the stay in this process: everything held is lost, and its holders are told before anybody else may hear of it.
    /// </summary>
    public void End(string reason)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            Loss.TrySignal(reason);
            foreach (HostedLock held in _locks.Values)
            {
                held.OnLost(reason);
            }

            _locks.Clear();
            _counters.Clear();
            if (_core.State != Mastering.LockSpaceState.Ended && !_broken)
            {
                _core.End(reason);
                _core.Effects.Clear(); // All it reports is the loss, which everybody knows.
            }

            _port.Close();
        }

        LogEnded(Name, Id, reason);
    }

    /// <summary>Where the space stands. Never throws.</summary>
    public LockSpaceStatus GetStatus()
    {
        lock (_gate)
        {
            string waitsFor = Loss.Reason is { } reason ? $"nothing: {reason}" : WaitsFor();
            return new LockSpaceStatus(
                _ended ? Contract.LockSpaceState.Ended : (Contract.LockSpaceState)(int)_core.State,
                waitsFor,
                _lease.IsHeld,
                _core.Generation.Value,
                _core.Members.Count,
                _counters.ToStatus(_core.Counters, _network.Refused));
        }
    }

    private static string EndpointOf(MemberNetwork network, LockSpaceHostOptions options) =>
        options.Advertise ?? network.EndPoint.ToString();

    private string WaitsFor()
    {
        string core = _core.WaitsFor(_options.Clock());
        string links = string.Join(
            "; ",
            _core.Members.Select(m => _port.TroubleWith(m.Id) is { } trouble ? $"link to {m.Id} on {m.NodeName}: {trouble}" : null).OfType<string>());
        return core.Length > 0 && links.Length > 0 ? $"{core} ({links})" : core;
    }
}
