using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>
/// Brings the timing of the cluster's settings into the consensus engine of this node. First it stands on disk, with the longest patience that may be
/// promised (the engine's word to leaders, which its next life must keep though it has forgotten it); then the engine goes by it.
/// </summary>
/// <remarks>
/// The length of the lease does not wait for the disk: a leader grants, and declares down, by the settings that it has applied, as the argument of
/// <see cref="FormerLeases"/> needs it.
/// </remarks>
internal sealed class Timekeeper
{
    private readonly ClusterState _state;
    private readonly SettingsInForce _settings;
    private readonly IReplicatedLog _log;
    private StoredTiming _stored;
    private StoredTiming? _asked;
    private RaftTiming _engine;

    // What was promised by a timing that is not in force any more, and until when at most.
    private TimeSpan _formerPatience;
    private MonotonicTime _formerUntil;

    private MembershipTiming _wanted;
    private MonotonicTime _settlesAt = MonotonicTime.DistantPast;

    /// <param name="start">What stands on disk; the engine was made with it.</param>
    /// <param name="state">The state.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="log">The engine.</param>
    /// <param name="now">The time: the promises of a former life end with the patience counted from here.</param>
    public Timekeeper(StoredTiming start, ClusterState state, SettingsInForce settings, IReplicatedLog log, MonotonicTime now)
    {
        _state = state;
        _settings = settings;
        _log = log;
        _stored = start;
        _wanted = start.Timing;
        _engine = TimingOf(start.Timing, start.Timing.HeartbeatInterval);
        _formerPatience = start.Patience;
        _formerUntil = now + start.Patience;
    }

    public void Tick(MonotonicTime now, NodeEffects effects)
    {
        if (_state.Settings.Version < _stored.Version)
        {
            // This life still reads its way to where the former one was.
            return;
        }

        MembershipTiming wanted = _settings.Timing;
        if (wanted != _wanted)
        {
            _wanted = wanted;
            _settlesAt = now + (2 * wanted.ElectionTimeoutMax);
        }

        if (_stored.Timing == wanted)
        {
            Retime(wanted, now);
        }

        StoredTiming want = new(_state.Settings.Version, wanted, Longest(wanted.ElectionTimeoutMin, Longest(_engine.ElectionTimeoutMin, FormerPatience(now))));
        if (_asked is null && want != _stored)
        {
            _asked = want;
            effects.TimingToStore = want;
        }
    }

    public void Stored(StoredTiming stored)
    {
        _stored = stored;
        _asked = null;
    }

    private static RaftTiming TimingOf(MembershipTiming timing, TimeSpan heartbeat) => new(heartbeat, timing.ElectionTimeoutMin, timing.ElectionTimeoutMax);

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private TimeSpan FormerPatience(MonotonicTime now) => now < _formerUntil ? _formerPatience : TimeSpan.Zero;

    private void Retime(MembershipTiming wanted, MonotonicTime now)
    {
        // Rarer heartbeats come last: nodes that have not applied the change yet would take a leader for dead that already has.
        bool rarer = wanted.HeartbeatInterval > _engine.HeartbeatInterval;
        RaftTiming next = TimingOf(wanted, rarer && now < _settlesAt ? _engine.HeartbeatInterval : wanted.HeartbeatInterval);
        if (next == _engine)
        {
            return;
        }

        if (next.ElectionTimeoutMin < _engine.ElectionTimeoutMin)
        {
            _formerPatience = Longest(_engine.ElectionTimeoutMin, FormerPatience(now));
            _formerUntil = now + _formerPatience;
        }

        _log.Retime(next, now);
        _engine = next;
    }
}
