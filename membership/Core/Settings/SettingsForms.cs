using System.Globalization;
using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>Between <see cref="ClusterSettings"/> and the form that stands in the log, in which what is 0 or absent means the default.</summary>
internal static class SettingsForms
{
    private const int PermilleOfOne = 1000;

    /// <summary>Fills in the defaults, and checks nothing: a profile that does not exist counts as <c>lan</c>.</summary>
    public static ClusterSettings Read(Settings settings)
    {
        ClusterSettings defaults = ClusterSettings.Default;
        return new ClusterSettings
        {
            Timing = Read(settings.Timing ?? new TimingSettings()),
            Quorum = Read(settings.Quorum ?? new QuorumSettings(), defaults.Quorum),
            Fencing = Read(settings.Fencing ?? new FencingSettings(), defaults.Fencing),
            Groups = Read(settings.Groups ?? new GroupSettings(), defaults.Groups),
            Limits = Read(settings.Limits ?? new LimitSettings(), defaults.Limits),
        };
    }

    public static Settings Of(ClusterSettings settings)
    {
        ClusterSettings defaults = ClusterSettings.Default;
        Settings form = new() { Timing = Of(settings.Timing) };
        form.Quorum = Unless(Of(settings.Quorum, defaults.Quorum), new QuorumSettings());
        form.Fencing = Unless(Of(settings.Fencing, defaults.Fencing), new FencingSettings());
        form.Groups = Unless(Of(settings.Groups, defaults.Groups), new GroupSettings());
        form.Limits = Unless(Of(settings.Limits, defaults.Limits), new LimitSettings());
        return form;
    }

    /// <summary>A duration for people.</summary>
    public static string Ms(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.###} ms");

    public static MembershipTiming Read(TimingSettings form)
    {
        MembershipTiming profile = ClusterSettings.TimingOf(form.Profile) ?? MembershipTiming.Lan;
        return new MembershipTiming
        {
            HeartbeatInterval = Read(form.HeartbeatMs, profile.HeartbeatInterval),
            ElectionTimeoutMin = Read(form.ElectionTimeoutMinMs, profile.ElectionTimeoutMin),
            ElectionTimeoutMax = Read(form.ElectionTimeoutMaxMs, profile.ElectionTimeoutMax),
            Lease = Read(form.LeaseMs, profile.Lease),
            StallThreshold = Read(form.StallThresholdMs, profile.StallThreshold),
            StartupGrace = Read(form.StartupGraceMs, profile.StartupGrace),
            ClockRateBound = form.ClockRateBoundPermille == 0 ? profile.ClockRateBound : form.ClockRateBoundPermille / (double)PermilleOfOne,
        };
    }

    private static QuorumPolicy Read(QuorumSettings form, QuorumPolicy defaults) => new()
    {
        VotersWanted = Read(form.VotersWanted, defaults.VotersWanted),
        WaitForAll = form.WaitForAll || form.TwoNode,
        StartupFencing = form.StartupFencing == StartupFencing.Unspecified ? defaults.StartupFencing : form.StartupFencing,
        LastManStanding = form.LastManStanding,
        LastManStandingWindow = Read(form.LastManStandingWindowMs, defaults.LastManStandingWindow),
        TwoNode = form.TwoNode,
        TwoNodeDelay = Read(form.TwoNodeDelayMs, defaults.TwoNodeDelay),
        TwoNodeFavoured = new NodeId(form.TwoNodeFavoured),
        NoQuorum = form.NoQuorum == NoQuorumPolicy.Unspecified ? defaults.NoQuorum : form.NoQuorum,
        NoQuorumStopAfter = Read(form.NoQuorumStopAfterMs, defaults.NoQuorumStopAfter),
    };

    private static FencePolicy Read(FencingSettings form, FencePolicy defaults) => new()
    {
        OnDown = form.OnDown == FenceKind.Unspecified ? defaults.OnDown : form.OnDown,
        AttemptDeadline = Read(form.AttemptDeadlineMs, defaults.AttemptDeadline),
        RetryMin = Read(form.RetryMinMs, defaults.RetryMin),
        RetryMax = Read(form.RetryMaxMs, defaults.RetryMax),
    };

    private static GroupPolicy Read(GroupSettings form, GroupPolicy defaults) => new()
    {
        AckDeadline = Read(form.AckDeadlineMs, defaults.AckDeadline),
        LateMember = form.LateMember == LateMember.Unspecified ? defaults.LateMember : form.LateMember,
    };

    private static HistoryLimits Read(LimitSettings form, HistoryLimits defaults) => new()
    {
        EventsRetained = Read(form.EventsRetained, defaults.EventsRetained),
        OperationsRetained = Read(form.OperationsRetained, defaults.OperationsRetained),
    };

    private static TimeSpan Read(uint milliseconds, TimeSpan otherwise) => milliseconds == 0 ? otherwise : TimeSpan.FromMilliseconds(milliseconds);

    private static int Read(uint count, int otherwise) => count == 0 ? otherwise : (int)Math.Min(count, int.MaxValue);

    public static TimingSettings Of(MembershipTiming timing)
    {
        TimingSettings? best = null;
        foreach (string profile in ClusterSettings.Profiles)
        {
            TimingSettings form = Of(timing, profile, ClusterSettings.TimingOf(profile)!);
            best = best is null || form.CalculateSize() < best.CalculateSize() ? form : best;
        }

        return best!;
    }

    private static TimingSettings Of(MembershipTiming timing, string profile, MembershipTiming values) => new()
    {
        Profile = profile,
        HeartbeatMs = Unless(timing.HeartbeatInterval, values.HeartbeatInterval),
        ElectionTimeoutMinMs = Unless(timing.ElectionTimeoutMin, values.ElectionTimeoutMin),
        ElectionTimeoutMaxMs = Unless(timing.ElectionTimeoutMax, values.ElectionTimeoutMax),
        LeaseMs = Unless(timing.Lease, values.Lease),
        StallThresholdMs = Unless(timing.StallThreshold, values.StallThreshold),
        StartupGraceMs = Unless(timing.StartupGrace, values.StartupGrace),
        ClockRateBoundPermille = timing.ClockRateBound == values.ClockRateBound ? 0 : (uint)Math.Ceiling(timing.ClockRateBound * PermilleOfOne),
    };

    private static QuorumSettings Of(QuorumPolicy policy, QuorumPolicy defaults) => new()
    {
        VotersWanted = Unless(policy.VotersWanted, defaults.VotersWanted),
        WaitForAll = policy.WaitForAll || policy.TwoNode,
        StartupFencing = policy.StartupFencing == defaults.StartupFencing ? StartupFencing.Unspecified : policy.StartupFencing,
        LastManStanding = policy.LastManStanding,
        LastManStandingWindowMs = Unless(policy.LastManStandingWindow, defaults.LastManStandingWindow),
        TwoNode = policy.TwoNode,
        TwoNodeDelayMs = Unless(policy.TwoNodeDelay, defaults.TwoNodeDelay),
        TwoNodeFavoured = policy.TwoNodeFavoured.Value,
        NoQuorum = policy.NoQuorum == defaults.NoQuorum ? NoQuorumPolicy.Unspecified : policy.NoQuorum,
        NoQuorumStopAfterMs = Unless(policy.NoQuorumStopAfter, defaults.NoQuorumStopAfter),
    };

    private static FencingSettings Of(FencePolicy policy, FencePolicy defaults) => new()
    {
        OnDown = policy.OnDown == defaults.OnDown ? FenceKind.Unspecified : policy.OnDown,
        AttemptDeadlineMs = Unless(policy.AttemptDeadline, defaults.AttemptDeadline),
        RetryMinMs = Unless(policy.RetryMin, defaults.RetryMin),
        RetryMaxMs = Unless(policy.RetryMax, defaults.RetryMax),
    };

    private static GroupSettings Of(GroupPolicy policy, GroupPolicy defaults) => new()
    {
        AckDeadlineMs = Unless(policy.AckDeadline, defaults.AckDeadline),
        LateMember = policy.LateMember == defaults.LateMember ? LateMember.Unspecified : policy.LateMember,
    };

    private static LimitSettings Of(HistoryLimits limits, HistoryLimits defaults) => new()
    {
        EventsRetained = Unless(limits.EventsRetained, defaults.EventsRetained),
        OperationsRetained = Unless(limits.OperationsRetained, defaults.OperationsRetained),
    };

    /// <summary>Whole milliseconds; 0 for the default, so what is shorter than one is one.</summary>
    private static uint Unless(TimeSpan span, TimeSpan otherwise) =>
        span == otherwise ? 0 : (uint)Math.Clamp(Math.Ceiling(span.TotalMilliseconds), 1, uint.MaxValue);

    private static uint Unless(int count, int otherwise) => count == otherwise ? 0 : (uint)Math.Max(count, 1);

    private static T? Unless<T>(T form, T empty)
        where T : class => form.Equals(empty) ? null : form;
}
