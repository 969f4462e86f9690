using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Cluster.Tests.Support.Golden;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Cluster.Membership.Tests;

/// <summary>
/// What builds of every version put into the log and told subscribers (see <see cref="GoldenFolder"/>). A node replays what an older one wrote, and must come to the
/// same events in the same words: else two nodes of a cluster that is being upgraded would tell their subscribers different stories (S1).
/// </summary>
public sealed class GoldenTests
{
    private const string Commands = "commands.txt";
    private const string Events = "events.txt";
    private const string States = "states.txt";
    private const string History = "history.txt";
    private const string Indent = "    ";
    private const int HistoryLength = 250;
    private const int SavedAt = 120;
    private static readonly GoldenFolder s_golden = GoldenFolder.Here();

    public static TheoryData<string, uint> Written()
    {
        TheoryData<string, uint> data = [];
        foreach (string name in new[] { Commands, Events, States })
        {
            foreach (uint version in s_golden.VersionsOf(name))
            {
                data.Add(name, version);
            }
        }

        return data;
    }

    public static TheoryData<uint> Histories() => [.. s_golden.VersionsOf(History)];

    [Theory]
    [MemberData(nameof(Written))]
    public void What_a_version_wrote_is_understood(string name, uint version)
    {
        foreach ((string kind, IMessage message, string meant) in GoldenMessages.Read(TypeOf(name), s_golden.Read(version, name)))
        {
            Assert.Equal((kind, meant), (kind, JsonFormatter.Default.Format(message)));
        }
    }

    [Theory]
    [InlineData(Commands)]
    [InlineData(Events)]
    [InlineData(States)]
    public void This_version_writes_what_it_wrote(string name) =>
        Assert.Null(s_golden.Hold(FeatureLevels.Understood, name, GoldenMessages.Lines(SampleMessage.AllKinds(TypeOf(name)))));

    [Theory]
    [MemberData(nameof(Histories))]
    public void A_log_that_a_version_wrote_gives_the_events_that_it_gave(uint version)
    {
        string[] lines = s_golden.Read(version, History);
        Assert.Equal(lines, Replay(NewState(), lines, keepStates: true));
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public void A_state_that_a_version_saved_is_gone_on_from(uint version)
    {
        string[] lines = s_golden.Read(version, History);
        int at = Array.FindIndex(lines, line => line.StartsWith("state ", StringComparison.Ordinal));
        Assert.Equal(version >= FeatureLevels.Snapshots, at >= 0);
        if (at >= 0)
        {
            ClusterState state = NewState();
            state.Restore(Convert.FromHexString(lines[at].Split(' ')[1]), new LogIndex(SavedAt));
            string[] rest = lines[(at + 1)..];
            Assert.Equal(rest, Replay(state, rest, keepStates: true));
        }
    }

    [Fact]
    public void This_version_makes_the_history_that_it_made()
    {
        ClusterState state = NewState();
        var history = new CommandHistory(1);
        List<string> lines = [];
        for (int at = 0; at < HistoryLength; at++)
        {
            if (at == SavedAt)
            {
                lines.Add($"state {Convert.ToHexStringLower(state.Save())}");
            }

            byte[] payload = history.Next(state).ToByteArray();
            lines.AddRange(Apply(state, payload));
        }

        Assert.Null(s_golden.Hold(FeatureLevels.Understood, History, lines));
    }

    private static List<string> Replay(ClusterState state, IEnumerable<string> lines, bool keepStates)
    {
        List<string> played = [];
        foreach (string line in lines)
        {
            string[] words = line.Split(' ');
            if (words[0] == "command")
            {
                played.AddRange(Apply(state, Convert.FromHexString(words[1])));
            }
            else if (words[0] == "state" && keepStates)
            {
                played.Add(line);
            }
        }

        return played;
    }

    /// <summary>A line with the command, and one for each event that it causes.</summary>
    private static IEnumerable<string> Apply(ClusterState state, byte[] payload)
    {
        List<ClusterEvent> events = [];
        state.Apply(new LogEntry(state.AppliedIndex.Next, new Term(1), EntryKind.Command, payload), events);
        yield return $"command {Convert.ToHexStringLower(payload)}";
        foreach (ClusterEvent clusterEvent in events)
        {
            yield return Indent + JsonFormatter.Default.Format(clusterEvent);
        }
    }

    private static MessageDescriptor TypeOf(string name) => name switch
    {
        Commands => Command.Descriptor,
        Events => ClusterEvent.Descriptor,
        _ => SavedState.Descriptor,
    };

    private static ClusterState NewState() => new([new(new(1), "n1"), new(new(2), "n2"), new(new(3), "n3")]);
}
