using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// Durations of lease and detector. The consensus engine's own timing is derived from the same profile so that they fit together.
/// </summary>
public sealed record MembershipTiming
{
    /// <summary>Default: a dead follower is declared down within 1.2 s, a dead leader's node within 2 s.</summary>
    public static readonly MembershipTiming Lan = new();

    /// <summary>For quiet machines and networks: 300 ms and 600 ms.</summary>
    public static readonly MembershipTiming Fast = new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(20),
        ElectionTimeoutMin = TimeSpan.FromMilliseconds(90),
        ElectionTimeoutMax = TimeSpan.FromMilliseconds(150),
        Lease = TimeSpan.FromMilliseconds(200),
        StallThreshold = TimeSpan.FromMilliseconds(60),
    };

    /// <summary>For nodes that are up to 150 ms apart: a dead follower is declared down within 6 s, a dead leader's node within 9 s.</summary>
    public static readonly MembershipTiming Wan = new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(200),
        ElectionTimeoutMin = TimeSpan.FromMilliseconds(1500),
        ElectionTimeoutMax = TimeSpan.FromMilliseconds(2500),
        Lease = TimeSpan.FromMilliseconds(4000),
        StallThreshold = TimeSpan.FromMilliseconds(600),
        StartupGrace = TimeSpan.FromSeconds(30),
    };

    /// <summary>Between heartbeats, lease requests and probes.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Least silence of the leader before an election.</summary>
    public TimeSpan ElectionTimeoutMin { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Greatest silence of the leader before an election.</summary>
    public TimeSpan ElectionTimeoutMax { get; init; } = TimeSpan.FromMilliseconds(350);

    /// <summary>How long a granted lease lasts from the stamp that asked for it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>
    /// The greatest ratio between the rates of two clocks: 1.1 covers ±4.7 % each. Leases follow a change at once, the consensus engine of a node at its next start.
    /// </summary>
    public double ClockRateBound { get; init; } = 1.1;

    /// <summary>A loop that was not run for longer than this drops what it believed about the others.</summary>
    public TimeSpan StallThreshold { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>After the start of the process: how long nodes never heard since are not taken for dead.</summary>
    public TimeSpan StartupGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the leader waits, by its own clock, for a lease to end by the holder's.</summary>
    public TimeSpan LeaseBound => TimeSpan.FromTicks((long)(Lease.Ticks * ClockRateBound));

    /// <summary>Fills in what the profile gives.</summary>
    /// <exception cref="ArgumentException">The durations do not fit together; the message shows the arithmetic.</exception>
    public static MembershipTiming From(TimingSettings settings)
    {
        MembershipTiming timing = SettingsForms.Read(settings);
        timing.Validate();
        return timing;
    }

    /// <summary>The profile that fits best, and what differs from it. Durations are rounded up to milliseconds.</summary>
    public TimingSettings ToSettings() => SettingsForms.Of(this);

    /// <summary>Checks that the durations fit together (S2).</summary>
    /// <exception cref="ArgumentException">They do not; the message shows the arithmetic.</exception>
    public void Validate()
    {
        List<string> problems = [];
        TimingRules.Check(this, problems);
        if (problems.Count > 0)
        {
            throw new ArgumentException(
                $"the timing does not fit together: {string.Join("; ", problems)}; change the settings or choose a profile ({string.Join(", ", ClusterSettings.Profiles)})");
        }
    }
}
