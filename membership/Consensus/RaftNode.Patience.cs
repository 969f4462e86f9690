namespace Cluster.Consensus;

/*
Patience: what the promise of leadership rests on, and why it may change while everybody runs (S2).

ConfirmedUntil says: nobody else is elected before this time. Let P(v) be the patience (minimum election timeout) that voter v has in force, and
r the bound on the ratio of two clock rates.

1. When a heartbeat sent at s by the leader's clock reaches v at t by v's clock, v keeps quiet until t + P(v): it helps nobody to be elected and
   does not stand. It says P(v) in its answer. The answer was caused by the heartbeat, so t is no earlier than s; while P(v) passes on v's clock,
   at least P(v) / r passes on the leader's. So v is quiet until s + P(v) / r by the leader's clock. A vote promises the same from the
   moment at which it was asked for.
2. The leader counts for each voter the latest s + P(v) / r of its answers in this term, and tells what voters with a majority of the votes have
   reached. It counts the voter's word, not its own timing: a new timing reaches nodes at different times, or not at all.
3. A promise is kept as it was made. The time until which a voter keeps quiet never falls: one that becomes less patient honours
   what it promised, and promises less from then on.
4. A voter that restarts has forgotten what it promised, so it abstains for the longest patience that a former life may have promised
   (RaftOptions.NewcomerPatience). Its owner has that on disk before it calls Retime with a longer one. It was promised before the restart, so it
   runs out within the abstention.
5. The leader is a voter itself. It counts its own present, and P of its own: it helps nobody else before PromisedUntil, and what that was is kept
   (quietUntil) when it stops leading, when who votes changes, and when its timing does. If it restarts, 4 holds for it too.
6. What was told rests on the majority of the configuration that was in force then. While a change of who votes is joint, that half is still needed
   to elect anybody. The leader leaves the joint configuration only when what it had told is over, or both halves promise as much; where all
   are equally patient they do after the next heartbeat.
*/
public sealed partial class RaftNode
{
    private static readonly TimeSpan LongestPatience = TimeSpan.FromHours(1);

    // Answers of builds that don't tell their patience: they have the one the cluster was set up with, as this node when it started.
    private readonly TimeSpan _untoldPatience;

    // How long a voter abstains that has just started.
    private readonly TimeSpan _abstention;

    // What the vote of this term promised when it was given. One that a former life gave has run out by the time it is repeated.
    private TimeSpan _votePatience;

    /// <summary>What this node promises now, as it goes over the wire: in whole microseconds, never more than it keeps.</summary>
    private TimeSpan Patience => TimeSpan.FromMicroseconds(_options.ElectionTimeoutMin.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <inheritdoc/>
    public void Retime(RaftTiming timing, MonotonicTime now)
    {
        Observe(now);
        RaftOptions next = _options with
        {
            HeartbeatInterval = timing.HeartbeatInterval,
            ElectionTimeoutMin = timing.ElectionTimeoutMin,
            ElectionTimeoutMax = timing.ElectionTimeoutMax,
            NewcomerPatience = TimeSpan.Zero,
        };
        next.Validate();
        KeepPromise();
        bool isShorter = next.ElectionTimeoutMin < _options.ElectionTimeoutMin;
        _options = next;
        if (isShorter && Breaks(RaftMutations.ShortensPatienceAtOnce))
        {
            _quietUntil = MonotonicTime.Min(_quietUntil, _now + next.ElectionTimeoutMin);
        }

        if (_role == LogRole.Leader)
        {
            _heartbeatDue = MonotonicTime.Min(_heartbeatDue, _now + next.HeartbeatInterval);
        }
        else
        {
            // Counted from here, so that becoming less patient, or hearing less often from the leader, does not look like its death.
            ResetElectionTimer();
        }
    }

    /// <summary>What of a voter's patience may be counted on by this node's clock; rounded down.</summary>
    private TimeSpan Counted(TimeSpan patience)
    {
        TimeSpan told = patience <= TimeSpan.Zero ? _untoldPatience : patience;
        told = told < LongestPatience ? told : LongestPatience;
        TimeSpan counted = Breaks(RaftMutations.CountsOwnPatience) ? _options.ElectionTimeoutMin : told;
        return TimeSpan.FromTicks((long)(counted.Ticks / _options.ClockRateBound));
    }

    /// <summary>Takes note, on a leader, of what a voter promised when something sent at <paramref name="stamp"/> reached it.</summary>
    private void Promised(Peer peer, MonotonicTime stamp, TimeSpan patience)
    {
        if (stamp >= _promiseFloor)
        {
            peer.Progress.Promised(stamp + Counted(patience));
        }
    }

    /// <summary>Until when no other leader can be elected, because a majority of each half keeps quiet so long.</summary>
    private MonotonicTime PromisedUntil() => _peers.Electorate.Promised(_now + Counted(_options.ElectionTimeoutMin));

    /// <summary>What this node told as a leader, or is about to, binds its own vote, however things change now.</summary>
    private void KeepPromise()
    {
        if (_role == LogRole.Leader)
        {
            _quietUntil = MonotonicTime.Max(_quietUntil, HasGivenUpPromise ? _handOverAt : PromisedUntil());
        }
    }
}
