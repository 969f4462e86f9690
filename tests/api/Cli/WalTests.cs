using System.Text.Json;
using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Cluster.Storage;
using Google.Protobuf;

namespace Cluster.Api.Cli.Tests;

public sealed class WalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cluster-cli-wal-").FullName;
    private readonly Terminal _terminal = new("http://127.0.0.1:1");

    public WalTests()
    {
        var join = new Command { Proposer = 3, NodeJoin = new NodeJoin { Node = 3, Name = "n3" } };
        using WriteAheadLog log = WriteAheadLog.Open(Options, out _);
        log.Write([
            LogWrite.SaveHardState(1, new HardState(new Term(1), new NodeId(2))),
            LogWrite.Append(2, [
                new LogEntry(new LogIndex(1), new Term(1), EntryKind.Barrier, default),
                new LogEntry(new LogIndex(2), new Term(1), EntryKind.Command, join.ToByteArray()),
                new LogEntry(new LogIndex(3), new Term(1), EntryKind.Command, new byte[] { 0xFF, 1, 2 }),
            ]),
        ]);
        log.Sync();
    }

    private WriteAheadLogOptions Options => new() { Directory = Path.Combine(_folder, "log"), SegmentBytes = 8192 };

    private string Segment => Directory.EnumerateFiles(Options.Directory, "wal-*.log").Single();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_sound_log_ends_with_0_and_says_what_is_in_it()
    {
        Assert.Equal(0, await _terminal.RunAsync("wal", "check", _folder));
        Assert.Contains("sound", _terminal.Out, StringComparison.Ordinal);
        Assert.Contains("term 1, voted for 2", _terminal.Out, StringComparison.Ordinal);
        Assert.Contains("entries 1 to 3", _terminal.Out, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(Segment), _terminal.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_log_ends_with_1_and_names_file_offset_and_the_way_out()
    {
        await DamageAsync();
        Assert.Equal(1, await _terminal.RunAsync("wal", "check", _folder));
        Assert.Contains($"DAMAGE: {Segment} at byte 4152:", _terminal.Out, StringComparison.Ordinal);
        Assert.Contains("What to do: Keep the folder", _terminal.Out, StringComparison.Ordinal);

        var dump = new Terminal("http://127.0.0.1:1");
        Assert.Equal(1, await dump.RunAsync("wal", "dump", _folder));
        Assert.Contains("DAMAGE", dump.Out, StringComparison.Ordinal);
        Assert.Contains("n3", dump.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_and_records_are_json_on_request()
    {
        await DamageAsync();
        Assert.Equal(1, await _terminal.RunAsync("wal", "check", _folder, "--json"));
        JsonElement report = JsonDocument.Parse(_terminal.Out).RootElement;
        Assert.False(report.GetProperty("sound").GetBoolean());
        JsonElement finding = report.GetProperty("findings")[0];
        Assert.Equal(("damage", 4152), (finding.GetProperty("severity").GetString(), finding.GetProperty("offset").GetInt32()));
        Assert.Equal(2, report.GetProperty("segments")[0].GetProperty("formatVersion").GetInt32());

        var dump = new Terminal("http://127.0.0.1:1");
        Assert.Equal(1, await dump.RunAsync("wal", "dump", _folder, "--json"));
        JsonElement[] records = [.. dump.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["vote", "unreadable", "entry", "entry", "mark"], records.Select(r => r.GetProperty("kind").GetString()));
        Assert.Equal("n3", records[2].GetProperty("command").GetProperty("nodeJoin").GetProperty("name").GetString());
        Assert.Equal("ff0102", records[3].GetProperty("payloadHex").GetString());
        Assert.False(records[3].TryGetProperty("command", out _));
    }

    [Fact]
    public async Task A_range_of_indices_can_be_asked_for()
    {
        Assert.Equal(0, await _terminal.RunAsync("wal", "dump", Options.Directory, "--from", "2", "--to", "2"));
        Assert.Contains("entry", Assert.Single(_terminal.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check", "/nowhere/at/all")]
    [InlineData("dump", "/nowhere/at/all")]
    [InlineData("check", "/proc/self/fdinfo")]
    [InlineData("check")]
    [InlineData("dump", "/tmp", "--from", "5", "--to", "4")]
    public async Task Wrong_usage_and_what_is_no_log_end_with_2(params string[] args)
    {
        Assert.Equal(2, await _terminal.RunAsync(["wal", .. args]));
        Assert.NotEmpty(_terminal.Error);
        Assert.DoesNotContain("   at ", _terminal.Error, StringComparison.Ordinal);
    }

    private async Task DamageAsync()
    {
        byte[] bytes = await File.ReadAllBytesAsync(Segment);
        bytes[4160] ^= 1;
        await File.WriteAllBytesAsync(Segment, bytes);
    }
}
