using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// What is the same on all nodes and can be changed while they run, with every default filled in. Immutable.
/// </summary>
/// <remarks>
/// The log holds <see cref="Protocol.Settings"/>: a profile and what differs from it. What the profiles and defaults are, and the rules of
/// <see cref="SettingsRules"/>, is part of what all builds must agree on: to change any of it, make a new feature level.
/// </remarks>
public sealed record ClusterSettings
{
    /// <summary>The defaults: profile <c>lan</c>.</summary>
    public static readonly ClusterSettings Default = new();

    /// <summary>The profiles' names.</summary>
    public static IReadOnlyList<string> Profiles { get; } = ["lan", "fast", "wan"];

    /// <summary>Lease, detector and elections.</summary>
    public MembershipTiming Timing { get; init; } = MembershipTiming.Lan;

    /// <summary>Who votes, and what is done when votes are missing.</summary>
    public QuorumPolicy Quorum { get; init; } = new();

    /// <summary>How fence operations are driven. The levels are each daemon's own, so there are none here.</summary>
    public FencePolicy Fencing { get; init; } = new();

    /// <summary>What becomes of group members that do not acknowledge.</summary>
    public GroupPolicy Groups { get; init; } = new();

    /// <summary>How much history is kept.</summary>
    public HistoryLimits Limits { get; init; } = new();

    /// <summary>The timing of a profile; null when there is none of that name. The empty name is <c>lan</c>.</summary>
    public static MembershipTiming? TimingOf(string profile) => profile switch
    {
        "" or "lan" => MembershipTiming.Lan,
        "fast" => MembershipTiming.Fast,
        "wan" => MembershipTiming.Wan,
        _ => null,
    };

    /// <summary>Fills in the defaults.</summary>
    /// <exception cref="ArgumentException">The settings do not fit together; the message says all that is wrong, with the arithmetic.</exception>
    public static ClusterSettings From(Settings settings)
    {
        IReadOnlyList<string> problems = SettingsRules.Validate(settings);
        return problems.Count == 0
            ? SettingsForms.Read(settings)
            : throw new ArgumentException($"the settings do not fit together: {string.Join("; ", problems)}");
    }

    /// <summary>The shortest form: the profile that fits best, and what differs from it and from the defaults. Durations are rounded up to milliseconds.</summary>
    public Settings ToSettings() => SettingsForms.Of(this);
}
