using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>Settings that do not fit together are refused with the arithmetic.</summary>
public sealed class SettingsRulesTests
{
    public static TheoryData<string, string> Broken() => new()
    {
        {
            """{ "timing": { "heartbeatMs": 80 } }""",
            "least election timeout 200 ms must be at least 3 × heartbeat interval 80 ms = 240 ms"
        },
        {
            """{ "timing": { "electionTimeoutMaxMs": 200 } }""",
            "greatest election timeout 200 ms must exceed the least 200 ms"
        },
        {
            """{ "timing": { "profile": "wan", "leaseMs": 790 } }""",
            "lease 790 ms must be at least 4 × heartbeat interval 200 ms = 800 ms"
        },
        {
            """{ "timing": { "leaseMs": 440 } }""",
            "greatest election timeout 350 ms + 2 × heartbeat interval 50 ms = 450 ms"
        },
        { """{ "timing": { "stallThresholdMs": 700 } }""", "stall threshold 700 ms must be below the lease 700 ms" },
        { """{ "timing": { "stallThresholdMs": 200 } }""", "stall threshold 200 ms must be below the least election timeout 200 ms" },
        { """{ "timing": { "stallThresholdMs": 9 } }""", "stall threshold 9 ms must be at least 10 ms" },
        { """{ "timing": { "clockRateBoundPermille": 2001 } }""", "clock-rate bound 2.001 must lie in [1, 2]" },
        { """{ "timing": { "clockRateBoundPermille": 999 } }""", "clock-rate bound 0.999 must lie in [1, 2]" },
        { """{ "timing": { "leaseMs": 600001 } }""", "lease 600001 ms must be at most 600000 ms" },
        { """{ "timing": { "profile": "lam" } }""", "there is no profile 'lam'; choose one of lan, fast, wan" },
        { """{ "quorum": { "votersWanted": 102 } }""", "voters wanted 102 must lie in [1, 101]" },
        {
            """{ "quorum": { "twoNode": true, "twoNodeDelayMs": 1119 } }""",
            "two-node delay 1119 ms must be at least (greatest election timeout 350 ms + lease 700 ms × clock-rate bound) = 1120 ms"
        },
        { """{ "quorum": { "lastManStandingWindowMs": 1119 } }""", "last-man-standing window 1119 ms must be at least" },
        { """{ "quorum": { "noQuorumStopAfterMs": 699 } }""", "must be at least 2 × greatest election timeout 350 ms = 700 ms" },
        { """{ "quorum": { "noQuorum": 7 } }""", "no-quorum policy: this release knows no value 7" },
        { """{ "groups": { "lateMember": 7 } }""", "what is done to a late member: this release knows no value 7" },
        { """{ "groups": { "ackDeadlineMs": 2239 } }""", "acknowledgement deadline 2239 ms must be at least 2 × (greatest election timeout 350 ms" },
        { """{ "fencing": { "retryMinMs": 30001 } }""", "least pause between fence attempts 30001 ms must be positive and at most the greatest, 30000 ms" },
        { """{ "limits": { "eventsRetained": 999 } }""", "events retained 999 must lie in [1000, 1000000]" },
        { """{ "limits": { "operationsRetained": 99 } }""", "fence operations retained 99 must lie in [100, 100000]" },
    };

    public static TheoryData<string> Fitting() =>
    [
        "{}",
        """{ "timing": { "profile": "lan" } }""",
        """{ "timing": { "profile": "fast" } }""",
        """{ "timing": { "profile": "wan" } }""",
        """{ "timing": { "profile": "fast", "leaseMs": 190, "clockRateBoundPermille": 1001 } }""",
        """{ "quorum": { "twoNode": true, "twoNodeDelayMs": 1120, "twoNodeFavoured": 2 } }""",
        """{ "quorum": { "waitForAll": true, "noQuorum": "STOP", "noQuorumStopAfterMs": 700, "lastManStandingWindowMs": 1120 } }""",
        """{ "fencing": { "onDown": "OFF", "attemptDeadlineMs": 1, "retryMinMs": 1, "retryMaxMs": 1 } }""",
        """{ "groups": { "ackDeadlineMs": 2240, "lateMember": "FENCE" }, "limits": { "eventsRetained": 1000, "operationsRetained": 100 } }""",
    ];

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_does_not_fit_together_is_told_with_the_arithmetic(string json, string problem)
    {
        Settings settings = Settings.Parser.ParseJson(json);

        Assert.Contains(SettingsRules.Validate(settings), each => each.Contains(problem, StringComparison.Ordinal));
        Assert.Contains(problem, Assert.Throws<ArgumentException>(() => ClusterSettings.From(settings)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Fitting))]
    public void What_fits_together_comes_back_as_it_was(string json)
    {
        Settings settings = Settings.Parser.ParseJson(json);
        Assert.Empty(SettingsRules.Validate(settings));

        ClusterSettings values = ClusterSettings.From(settings);

        Assert.Equal(values, ClusterSettings.From(values.ToSettings()));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once() => Assert.Equal(
        2, SettingsRules.Validate(Settings.Parser.ParseJson("""{ "timing": { "heartbeatMs": 80 }, "quorum": { "votersWanted": 102 } }""")).Count);

    [Fact]
    public void A_profile_is_written_as_its_name_and_what_differs_from_it()
    {
        ClusterSettings settings = new() { Timing = MembershipTiming.Wan with { Lease = TimeSpan.FromSeconds(5) } };

        Assert.Equal(Settings.Parser.ParseJson("""{ "timing": { "profile": "wan", "leaseMs": 5000 } }"""), settings.ToSettings());
    }

    [Fact]
    public void Two_nodes_always_wait_for_each_other_at_the_start() =>
        Assert.True(ClusterSettings.From(Settings.Parser.ParseJson("""{ "quorum": { "twoNode": true } }""")).Quorum.WaitForAll);

    [Fact]
    public void A_daemon_configured_with_settings_that_do_not_fit_together_does_not_start()
    {
        MembershipOptions options = new()
        {
            Self = new NodeId(1),
            Nodes = [new(new(1), "n1")],
            Nonce = 1,
            BootId = "b",
            Groups = new GroupPolicy { AckDeadline = TimeSpan.FromSeconds(2) },
        };

        var e = Assert.Throws<ArgumentException>(() => new ClusterNode(options, new ScriptedLog(), default));

        Assert.Contains("acknowledgement deadline 2000 ms must be at least", e.Message, StringComparison.Ordinal);
    }
}
