using Cluster.Api.Contract;
using Cluster.Api.Server.Http;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using FenceKind = Cluster.Membership.Protocol.FenceKind;
using Form = Cluster.Membership.Protocol.Settings;

namespace Cluster.Api.Server.Settings;

/// <summary>Between the documents of settings and the form that stands in the log, in which 0 means that nothing is said. Pure.</summary>
internal static class SettingsMap
{
    private const double PermilleOfOne = 1000;

    /// <summary>Every value that is in force.</summary>
    public static SettingsValues Values(ClusterSettings settings, string profile, NodeNumbers nodes) => new()
    {
        Timing = new TimingValues
        {
            Profile = profile.Length == 0 ? "lan" : profile,
            HeartbeatIntervalMs = Ms(settings.Timing.HeartbeatInterval),
            ElectionTimeoutMinMs = Ms(settings.Timing.ElectionTimeoutMin),
            ElectionTimeoutMaxMs = Ms(settings.Timing.ElectionTimeoutMax),
            LeaseMs = Ms(settings.Timing.Lease),
            ClockRateBound = settings.Timing.ClockRateBound,
            StallThresholdMs = Ms(settings.Timing.StallThreshold),
            StartupGraceMs = Ms(settings.Timing.StartupGrace),
        },
        Quorum = new QuorumValues
        {
            VotersWanted = (uint)settings.Quorum.VotersWanted,
            WaitForAll = settings.Quorum.WaitForAll,
            StartupFencing = Word(settings.Quorum.StartupFencing),
            LastManStanding = settings.Quorum.LastManStanding,
            LastManStandingWindowMs = Ms(settings.Quorum.LastManStandingWindow),
            TwoNode = settings.Quorum.TwoNode,
            TwoNodeDelayMs = Ms(settings.Quorum.TwoNodeDelay),
            TwoNodeFavoured = nodes.NameOf(settings.Quorum.TwoNodeFavoured.Value),
            NoQuorum = Word(settings.Quorum.NoQuorum),
            NoQuorumStopAfterMs = Ms(settings.Quorum.NoQuorumStopAfter),
        },
        Fencing = new FencingValues
        {
            OnDown = Word(settings.Fencing.OnDown),
            AttemptDeadlineMs = Ms(settings.Fencing.AttemptDeadline),
            RetryMinMs = Ms(settings.Fencing.RetryMin),
            RetryMaxMs = Ms(settings.Fencing.RetryMax),
        },
        Groups = new GroupValues { AckDeadlineMs = Ms(settings.Groups.AckDeadline), LateMember = Word(settings.Groups.LateMember) },
        Limits = new LimitValues { EventsRetained = (uint)settings.Limits.EventsRetained, OperationsRetained = (uint)settings.Limits.OperationsRetained },
    };

    /// <summary>What was said.</summary>
    public static SettingsValues Given(Form form, NodeNumbers nodes) => new()
    {
        Timing = form.Timing is not { } t ? null : new TimingValues
        {
            Profile = t.Profile.Length == 0 ? null : t.Profile,
            HeartbeatIntervalMs = Said(t.HeartbeatMs),
            ElectionTimeoutMinMs = Said(t.ElectionTimeoutMinMs),
            ElectionTimeoutMaxMs = Said(t.ElectionTimeoutMaxMs),
            LeaseMs = Said(t.LeaseMs),
            ClockRateBound = t.ClockRateBoundPermille == 0 ? null : t.ClockRateBoundPermille / PermilleOfOne,
            StallThresholdMs = Said(t.StallThresholdMs),
            StartupGraceMs = Said(t.StartupGraceMs),
        },
        Quorum = form.Quorum is not { } q ? null : new QuorumValues
        {
            VotersWanted = Said(q.VotersWanted),
            WaitForAll = q.WaitForAll ? true : null,
            StartupFencing = q.StartupFencing == StartupFencing.Unspecified ? null : Word(q.StartupFencing),
            LastManStanding = q.LastManStanding ? true : null,
            LastManStandingWindowMs = Said(q.LastManStandingWindowMs),
            TwoNode = q.TwoNode ? true : null,
            TwoNodeDelayMs = Said(q.TwoNodeDelayMs),
            TwoNodeFavoured = q.TwoNodeFavoured == 0 ? null : nodes.NameOf(q.TwoNodeFavoured),
            NoQuorum = q.NoQuorum == NoQuorumPolicy.Unspecified ? null : Word(q.NoQuorum),
            NoQuorumStopAfterMs = Said(q.NoQuorumStopAfterMs),
        },
        Fencing = form.Fencing is not { } f ? null : new FencingValues
        {
            OnDown = f.OnDown == FenceKind.Unspecified ? null : Word(f.OnDown),
            AttemptDeadlineMs = Said(f.AttemptDeadlineMs),
            RetryMinMs = Said(f.RetryMinMs),
            RetryMaxMs = Said(f.RetryMaxMs),
        },
        Groups = form.Groups is not { } g ? null : new GroupValues
        {
            AckDeadlineMs = Said(g.AckDeadlineMs),
            LateMember = g.LateMember == LateMember.Unspecified ? null : Word(g.LateMember),
        },
        Limits = form.Limits is not { } l ? null : new LimitValues { EventsRetained = Said(l.EventsRetained), OperationsRetained = Said(l.OperationsRetained) },
    };

    /// <summary>The form in which what is said stands in the log.</summary>
    /// <exception cref="ProblemException">A word or a number can't be.</exception>
    public static Form Form(SettingsValues given, NodeNumbers nodes) => new()
    {
        Timing = given.Timing is not { } t ? null : new TimingSettings
        {
            Profile = t.Profile ?? "",
            HeartbeatMs = Number(t.HeartbeatIntervalMs, "timing.heartbeatIntervalMs"),
            ElectionTimeoutMinMs = Number(t.ElectionTimeoutMinMs, "timing.electionTimeoutMinMs"),
            ElectionTimeoutMaxMs = Number(t.ElectionTimeoutMaxMs, "timing.electionTimeoutMaxMs"),
            LeaseMs = Number(t.LeaseMs, "timing.leaseMs"),
            ClockRateBoundPermille = t.ClockRateBound is not { } bound ? 0
                : bound is >= 1 and <= 2 ? (uint)Math.Ceiling(bound * PermilleOfOne)
                : throw Problems.InvalidSettings("timing.clockRateBound must lie in [1, 2]"),
            StallThresholdMs = Number(t.StallThresholdMs, "timing.stallThresholdMs"),
            StartupGraceMs = Number(t.StartupGraceMs, "timing.startupGraceMs"),
        },
        Quorum = given.Quorum is not { } q ? null : new QuorumSettings
        {
            VotersWanted = Number(q.VotersWanted, "quorum.votersWanted"),
            WaitForAll = q.WaitForAll ?? false,
            StartupFencing = Word<StartupFencing>(q.StartupFencing, "quorum.startupFencing"),
            LastManStanding = q.LastManStanding ?? false,
            LastManStandingWindowMs = Number(q.LastManStandingWindowMs, "quorum.lastManStandingWindowMs"),
            TwoNode = q.TwoNode ?? false,
            TwoNodeDelayMs = Number(q.TwoNodeDelayMs, "quorum.twoNodeDelayMs"),
            TwoNodeFavoured = nodes.NumberOf(q.TwoNodeFavoured ?? "")
                ?? throw Problems.InvalidSettings($"quorum.twoNodeFavoured: '{Problems.Shown(q.TwoNodeFavoured!)}' is none of the nodes"),
            NoQuorum = Word<NoQuorumPolicy>(q.NoQuorum, "quorum.noQuorum"),
            NoQuorumStopAfterMs = Number(q.NoQuorumStopAfterMs, "quorum.noQuorumStopAfterMs"),
        },
        Fencing = given.Fencing is not { } f ? null : new FencingSettings
        {
            OnDown = Word<FenceKind>(f.OnDown, "fencing.onDown"),
            AttemptDeadlineMs = Number(f.AttemptDeadlineMs, "fencing.attemptDeadlineMs"),
            RetryMinMs = Number(f.RetryMinMs, "fencing.retryMinMs"),
            RetryMaxMs = Number(f.RetryMaxMs, "fencing.retryMaxMs"),
        },
        Groups = given.Groups is not { } g ? null : new GroupSettings
        {
            AckDeadlineMs = Number(g.AckDeadlineMs, "groups.ackDeadlineMs"),
            LateMember = Word<LateMember>(g.LateMember, "groups.lateMember"),
        },
        Limits = given.Limits is not { } l ? null : new LimitSettings
        {
            EventsRetained = Number(l.EventsRetained, "limits.eventsRetained"),
            OperationsRetained = Number(l.OperationsRetained, "limits.operationsRetained"),
        },
    };

    public static SettingsDocument Document(SettingsView view, NodeNumbers nodes) => new()
    {
        Version = view.Version,
        Who = view.Version == 0 ? null : view.Who,
        ChangedAt = view.Version == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(view.ChangedAtUnixMs).UtcDateTime,
        Values = Values(view.Values, view.Given.Timing?.Profile ?? "", nodes),
        Given = Given(view.Given, nodes),
    };

    public static string Word<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static uint Ms(TimeSpan span) => (uint)Math.Ceiling(span.TotalMilliseconds);

    private static uint? Said(uint value) => value == 0 ? null : value;

    /// <summary>0 would mean that nothing is said, so it must not be written.</summary>
    private static uint Number(uint? value, string key) => value is 0
        ? throw Problems.InvalidSettings($"{key} is 0; write at least 1, or name it under 'reset' so that the default counts")
        : value ?? 0;

    private static T Word<T>(string? word, string key)
        where T : struct, Enum
    {
        if (word is null)
        {
            return default;
        }

        // The first value of each says that nothing is said.
        T[] known = [.. Enum.GetValues<T>().Skip(1)];
        foreach (T value in known)
        {
            if (Word(value) == word)
            {
                return value;
            }
        }

        throw Problems.InvalidSettings($"{key}: '{Problems.Shown(word)}' is not known; write {string.Join(" or ", known.Select(Word))}");
    }
}
