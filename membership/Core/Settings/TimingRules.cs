using System.Globalization;
using static Cluster.Membership.SettingsForms;

namespace Cluster.Membership;

/// <summary>How the durations of lease, detector and elections must fit together.</summary>
internal static class TimingRules
{
    /// <summary>What is shorter could be a tick of the loop that came late.</summary>
    private static readonly TimeSpan s_leastStall = TimeSpan.FromMilliseconds(10);

    /// <summary>A cluster with a mistyped unit would elect no leader any more, so nobody could correct it.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    public static void Check(MembershipTiming timing, List<string> problems)
    {
        TimeSpan heartbeat = timing.HeartbeatInterval;
        Require(heartbeat > TimeSpan.Zero, $"heartbeat interval {Ms(heartbeat)} must be positive", problems);
        Require(
            timing.ElectionTimeoutMin >= 3 * heartbeat,
            $"least election timeout {Ms(timing.ElectionTimeoutMin)} must be at least 3 × heartbeat interval {Ms(heartbeat)} = {Ms(3 * heartbeat)}",
            problems);
        Require(
            timing.ElectionTimeoutMax > timing.ElectionTimeoutMin,
            $"greatest election timeout {Ms(timing.ElectionTimeoutMax)} must exceed the least {Ms(timing.ElectionTimeoutMin)}",
            problems);
        Require(
            timing.ClockRateBound is >= 1.0 and <= 2.0,
            string.Create(CultureInfo.InvariantCulture, $"clock-rate bound {timing.ClockRateBound} must lie in [1, 2]"),
            problems);
        Require(
            timing.Lease >= 4 * heartbeat,
            $"lease {Ms(timing.Lease)} must be at least 4 × heartbeat interval {Ms(heartbeat)} = {Ms(4 * heartbeat)}",
            problems);

        // Not for safety: members would lose their leases, and lock managers freeze, whenever the leader changes.
        TimeSpan change = timing.ElectionTimeoutMax + (2 * heartbeat);
        Require(
            timing.Lease >= change,
            $"lease {Ms(timing.Lease)} must outlast a change of the leader: greatest election timeout {Ms(timing.ElectionTimeoutMax)} "
            + $"+ 2 × heartbeat interval {Ms(heartbeat)} = {Ms(change)}",
            problems);
        CheckStall(timing, problems);
        Longest("greatest election timeout", timing.ElectionTimeoutMax, problems);
        Longest("lease", timing.Lease, problems);
        Longest("startup grace", timing.StartupGrace, problems);
    }

    /// <summary>How long until a node is declared down at most: a leader is found, and then waits for the end of what its predecessor granted.</summary>
    public static TimeSpan Detection(MembershipTiming timing) => timing.ElectionTimeoutMax + timing.LeaseBound;

    private static void CheckStall(MembershipTiming timing, List<string> problems)
    {
        Require(timing.StallThreshold >= s_leastStall, $"stall threshold {Ms(timing.StallThreshold)} must be at least {Ms(s_leastStall)}", problems);
        Require(
            timing.StallThreshold < timing.Lease,
            $"stall threshold {Ms(timing.StallThreshold)} must be below the lease {Ms(timing.Lease)}",
            problems);

        // A leader that was stalled for so long that another may lead must notice it.
        Require(
            timing.StallThreshold < timing.ElectionTimeoutMin,
            $"stall threshold {Ms(timing.StallThreshold)} must be below the least election timeout {Ms(timing.ElectionTimeoutMin)}",
            problems);
    }

    private static void Longest(string what, TimeSpan span, List<string> problems) =>
        Require(span <= s_longest, $"{what} {Ms(span)} must be at most {Ms(s_longest)}", problems);

    private static void Require(bool condition, string problem, List<string> problems)
    {
        if (!condition)
        {
            problems.Add(problem);
        }
    }
}
