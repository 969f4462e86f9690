using Cluster.Membership.Protocol;
using static Cluster.Membership.SettingsForms;

namespace Cluster.Membership;

/// <summary>
/// What settings must fulfil, all of them together. Pure: the same answer on every node, and before a change is proposed.
/// </summary>
public static class SettingsRules
{
    private const int MostVoters = 101;
    private const int LeastEvents = 1_000;
    private const int MostEvents = 1_000_000;
    private const int LeastOperations = 100;
    private const int MostOperations = 100_000;

    /// <summary>All that is wrong with the settings, each with its arithmetic; empty when nothing is.</summary>
    public static IReadOnlyList<string> Validate(Settings settings)
    {
        List<string> problems = [];
        CheckWords(settings, problems);
        Check(SettingsForms.Read(settings), problems);
        return problems;
    }

    /// <inheritdoc cref="Validate(Settings)"/>
    public static IReadOnlyList<string> Validate(ClusterSettings settings)
    {
        List<string> problems = [];
        Check(settings, problems);
        return problems;
    }

    private static void CheckWords(Settings settings, List<string> problems)
    {
        string profile = settings.Timing?.Profile ?? "";
        if (ClusterSettings.TimingOf(profile) is null)
        {
            problems.Add($"there is no profile '{profile}'; choose one of {string.Join(", ", ClusterSettings.Profiles)}");
        }

        Known("startup fencing", settings.Quorum?.StartupFencing ?? default, problems);
        Known("no-quorum policy", settings.Quorum?.NoQuorum ?? default, problems);
        Known("what is done to a node that is down", settings.Fencing?.OnDown ?? default, problems);
        Known("what is done to a late member", settings.Groups?.LateMember ?? default, problems);
    }

    private static void Known<T>(string what, T value, List<string> problems)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            problems.Add($"{what}: this release knows no value {value:D}");
        }
    }

    private static void Check(ClusterSettings settings, List<string> problems)
    {
        TimingRules.Check(settings.Timing, problems);
        CheckQuorum(settings.Quorum, settings.Timing, problems);
        CheckFencing(settings.Fencing, problems);

        // A member of a node that is dead must be taken for that, not for a slow one.
        TimeSpan detection = TimingRules.Detection(settings.Timing);
        Least("acknowledgement deadline", settings.Groups.AckDeadline, 2 * detection, $"2 × {DetectionOf(settings.Timing)}", problems);
        Between("events retained", settings.Limits.EventsRetained, LeastEvents, MostEvents, problems);
        Between("fence operations retained", settings.Limits.OperationsRetained, LeastOperations, MostOperations, problems);
    }

    private static void CheckQuorum(QuorumPolicy quorum, MembershipTiming timing, List<string> problems)
    {
        TimeSpan detection = TimingRules.Detection(timing);
        Between("voters wanted", quorum.VotersWanted, 1, MostVoters, problems);
        Least("last-man-standing window", quorum.LastManStandingWindow, detection, DetectionOf(timing), problems);
        if (quorum.TwoNode)
        {
            // Both sides notice a cut within this time of each other; a shorter delay would favour nobody.
            Least("two-node delay", quorum.TwoNodeDelay, detection, DetectionOf(timing), problems);
        }

        // A mere change of the leader must not end anybody's stay.
        Least(
            "time without quorum until stays are ended",
            quorum.NoQuorumStopAfter,
            2 * timing.ElectionTimeoutMax,
            $"2 × greatest election timeout {Ms(timing.ElectionTimeoutMax)}",
            problems);
    }

    private static void CheckFencing(FencePolicy fencing, List<string> problems)
    {
        if (fencing.AttemptDeadline <= TimeSpan.Zero)
        {
            problems.Add($"fence attempt deadline {Ms(fencing.AttemptDeadline)} must be positive");
        }

        if (fencing.RetryMin <= TimeSpan.Zero || fencing.RetryMin > fencing.RetryMax)
        {
            problems.Add($"least pause between fence attempts {Ms(fencing.RetryMin)} must be positive and at most the greatest, {Ms(fencing.RetryMax)}");
        }
    }

    private static string DetectionOf(MembershipTiming timing) =>
        $"(greatest election timeout {Ms(timing.ElectionTimeoutMax)} + lease {Ms(timing.Lease)} × clock-rate bound)";

    private static void Least(string what, TimeSpan span, TimeSpan least, string arithmetic, List<string> problems)
    {
        if (span < least)
        {
            problems.Add($"{what} {Ms(span)} must be at least {arithmetic} = {Ms(least)}");
        }
    }

    private static void Between(string what, int count, int least, int most, List<string> problems)
    {
        if (count < least || count > most)
        {
            problems.Add($"{what} {count} must lie in [{least}, {most}]");
        }
    }
}
