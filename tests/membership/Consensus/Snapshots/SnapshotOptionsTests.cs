namespace Cluster.Consensus.Tests.Snapshots;

public class SnapshotOptionsTests
{
    private static readonly RaftOptions s_sound = new() { Self = new NodeId(1), Voters = [new NodeId(1)], Seed = 1 };

    public static TheoryData<string> Wrong() => [.. s_wrong.Keys];

    private static readonly Dictionary<string, RaftOptions> s_wrong = new()
    {
        ["TrailingEntries is -1"] = s_sound with { TrailingEntries = -1 },
        ["MaxTrailingBytes is -1"] = s_sound with { MaxTrailingBytes = -1 },
        ["MaxSnapshotBytes is 0"] = s_sound with { MaxSnapshotBytes = 0 },
        ["MaxSnapshotBytes is 2147483647"] = s_sound with { MaxSnapshotBytes = int.MaxValue },
        ["SnapshotChunkBytes is 0"] = s_sound with { SnapshotChunkBytes = 0 },
        ["MaxInflightSnapshotBytes is 0"] = s_sound with { MaxInflightSnapshotBytes = 0 },
        ["MaxSnapshotBytesPerSecond is 0"] = s_sound with { MaxSnapshotBytesPerSecond = 0 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_setting_that_can_not_work_is_refused_by_name(string start) =>
        Assert.StartsWith(start, Assert.Throws<RaftConfigurationException>(s_wrong[start].Validate).Message);

    [Fact]
    public void The_defaults_are_sound() => s_sound.Validate();
}
