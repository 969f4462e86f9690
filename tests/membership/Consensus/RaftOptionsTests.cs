namespace Cluster.Consensus.Tests;

public class RaftOptionsTests
{
    private static readonly RaftOptions Good = new()
    {
        Self = new NodeId(1),
        Voters = [new NodeId(1), new NodeId(2), new NodeId(3)],
        Seed = 1,
    };

    public static TheoryData<string, RaftOptions> Bad() => new()
    {
        { "number 0", Good with { Self = NodeId.None } },
        { "names #2 twice", Good with { Voters = [new NodeId(1), new NodeId(2), new NodeId(2)] } },
        { "number 0", Good with { Voters = [new NodeId(1), NodeId.None] } },
        { "MaxPromotionLag is -1", Good with { MaxPromotionLag = -1 } },
        { "from 1.0 to 2.0", Good with { ClockRateBound = 0.9 } },
        { "from 1.0 to 2.0", Good with { ClockRateBound = double.NaN } },
        { "must be positive", Good with { HeartbeatInterval = TimeSpan.Zero } },
        { "not above ElectionTimeoutMin (200 ms)", Good with { ElectionTimeoutMax = TimeSpan.FromMilliseconds(200) } },
        { "the most is 3600000 ms", Good with { ElectionTimeoutMax = TimeSpan.FromHours(2) } },
        { "at least ElectionTimeoutMin (200 ms)", Good with { NewcomerPatience = TimeSpan.FromMilliseconds(199) } },
        { "at most 3600000 ms", Good with { NewcomerPatience = TimeSpan.FromHours(2) } },
        { "2 × 100 ms × 1.1 = 220", Good with { HeartbeatInterval = TimeSpan.FromMilliseconds(100) } },
        { "at least 1 byte", Good with { MaxBytesPerAppend = 0 } },
        { "at least 1 message", Good with { MaxInflightAppends = 0 } },
        { "MaxInflightBytes is -1", Good with { MaxInflightBytes = -1 } },
        { "CommitNoticeDelay is 50 ms", Good with { CommitNoticeDelay = TimeSpan.FromMilliseconds(50) } },
        { "CommitNoticeDelay is -1 ms", Good with { CommitNoticeDelay = TimeSpan.FromMilliseconds(-1) } },
        { "MaxUncommittedBytes is 0", Good with { MaxUncommittedBytes = 0 } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Settings_that_contradict_each_other_are_refused_with_the_arithmetic(string reason, RaftOptions options)
    {
        var exception = Assert.Throws<RaftConfigurationException>(
            () => new RaftNode(options, RecoveredLog.Empty, new MonotonicTime(0)));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_fit_together() => Good.Validate();

    [Fact]
    public void A_node_that_is_to_be_added_later_names_nobody_or_the_others()
    {
        (Good with { Voters = [] }).Validate();
        (Good with { Voters = [new NodeId(2)] }).Validate();
    }

    [Fact]
    public void A_term_below_the_logs_is_refused()
    {
        var recovered = new RecoveredLog(
            new HardState(new Term(1), NodeId.None),
            null,
            [new LogEntry(new LogIndex(1), new Term(2), EntryKind.Barrier, default)]);
        Assert.Throws<InvalidOperationException>(() => new RaftNode(Good, recovered, new MonotonicTime(0)));
    }
}
