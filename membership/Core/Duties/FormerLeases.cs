using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>Keeps until when leases may last that were granted while leases were longer than they are now (S2).</summary>
/// <remarks>
/// <para>
/// Settings change the length of leases at run time, and nodes apply the change at different moments. A leader grants with the length of the
/// newest settings that it has applied, and a new leader counts <c>election + lease × clock-rate bound</c> with the length of the newest that it has
/// applied: two different lengths, perhaps. That a lease may become <em>longer</em> needs no care: a leader grants, and declares down, only after it has
/// applied all that its predecessors committed (<see cref="LeaseGrantor.MayGrant"/>), so it counts with every length that any of them granted by.
/// </para>
/// <para>
/// When it becomes <em>shorter</em>, let version v (length L) be followed by v + 1, let this node apply v + 1 at its time b, and let some leader A grant by v at g.
/// Then g ≤ b. Let leader C have committed v + 1. If C's term is earlier than A's, v + 1 is in A's log, and A had applied it before it granted anything, so A did
/// not grant by v. If it is later, A's tenure was over before C was elected (A grants only while confirmed), so g was before the commit, which was before b. If A is
/// C, A applied v + 1 in the step that committed it, before anybody else could: g ≤ b again. So every grant by v is over at b + L × clock-rate bound, by this
/// node's clock; leases by which versions grant that were skipped in one step are counted one by one.
/// </para>
/// <para>
/// A node that is given the state by a snapshot does not see which versions it skips: it counts with the longest that ever was, from the moment of the snapshot on.
/// So it does at its start, when the log begins with one.
/// </para>
/// <para>
/// Before the first version all daemons must be configured with the same lease, as they always had to.
/// </para>
/// </remarks>
internal sealed class FormerLeases(ClusterState state, SettingsInForce settings)
{
    private TimeSpan _bound = settings.Timing.LeaseBound;

    /// <summary>When every lease is over that was granted by other settings than those in force.</summary>
    public MonotonicTime OverAt { get; private set; } = MonotonicTime.DistantPast;

    /// <summary>An entry was applied.</summary>
    public void Applied(MonotonicTime now)
    {
        TimeSpan bound = settings.Timing.LeaseBound;
        if (bound < _bound)
        {
            OverAt = MonotonicTime.Max(OverAt, now + _bound);
        }

        _bound = bound;
    }

    /// <summary>The state was replaced by a snapshot's.</summary>
    public void Restored(MonotonicTime now)
    {
        TimeSpan longest = state.LongestLeaseBound > _bound ? state.LongestLeaseBound : _bound;
        _bound = settings.Timing.LeaseBound;
        if (_bound < longest)
        {
            OverAt = MonotonicTime.Max(OverAt, now + longest);
        }
    }
}
