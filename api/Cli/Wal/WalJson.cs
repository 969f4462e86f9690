using System.Text;
using System.Text.Json;
using Cluster.Consensus;
using Cluster.Storage;

namespace Cluster.Api.Cli.Wal;

/// <summary>What <c>wal --json</c> prints. Members are only added.</summary>
internal static class WalJson
{
    /// <summary>A whole report on one line.</summary>
    public static string Of(WalReport report) => Write(json =>
    {
        json.WriteString("directory", report.Directory);
        json.WriteBoolean("sound", report.IsSound);
        if (report.InUseBy is { } process)
        {
            json.WriteNumber("inUseBy", process);
        }

        json.WriteNumber("term", report.HardState.Term.Value);
        json.WriteNumber("votedFor", report.HardState.VotedFor.Value);
        json.WriteNumber("firstIndex", report.FirstIndex.Value);
        json.WriteNumber("lastIndex", report.LastIndex.Value);
        WriteArray(json, "segments", report.Segments, Write);
        WriteArray(json, "snapshots", report.Snapshots, Write);
        WriteArray(json, "findings", report.Findings, Write);
    });

    /// <summary>One record on one line.</summary>
    public static string Of(WalRecord record) => Write(json =>
    {
        json.WriteString("file", Path.GetFileName(record.File));
        json.WriteNumber("offset", record.Offset);
        json.WriteNumber("bytes", record.Bytes);
        json.WriteNumber("record", record.Sequence);
        json.WriteString("kind", Words.Of(record.Kind));
        switch (record.Kind)
        {
            case WalRecordKind.HardState:
                json.WriteNumber("term", record.Term.Value);
                json.WriteNumber("votedFor", record.VotedFor.Value);
                break;
            case WalRecordKind.Entry:
                json.WriteNumber("index", record.Index.Value);
                json.WriteNumber("term", record.Term.Value);
                json.WriteString("entry", Words.Of(record.EntryKind));
                WritePayload(json, record);
                break;
            case WalRecordKind.Truncate:
                json.WriteNumber("index", record.Index.Value);
                break;
            case WalRecordKind.UseSnapshot:
                json.WriteNumber("index", record.Index.Value);
                json.WriteNumber("term", record.Term.Value);
                json.WriteNumber("keepFrom", record.KeepFrom.Value);
                json.WriteBoolean("replacesLog", record.ReplacesLog);
                break;
            case WalRecordKind.Unreadable:
                json.WriteString("problem", record.Problem);
                break;
        }
    });

    private static void WritePayload(Utf8JsonWriter json, WalRecord record)
    {
        json.WriteNumber("payloadBytes", record.Payload.Length);
        json.WriteString("payloadHex", EntryText.Hex(record.Payload));
        if (EntryText.Command(record.EntryKind, record.Payload) is { } command)
        {
            json.WritePropertyName("command");
            json.WriteRawValue(command);
        }
    }

    private static void Write(Utf8JsonWriter json, WalSegment segment)
    {
        json.WriteString("file", segment.File);
        json.WriteNumber("number", segment.Number);
        json.WriteNumber("formatVersion", segment.Version);
        json.WriteNumber("bytes", segment.Bytes);
        json.WriteNumber("usedBytes", segment.UsedBytes);
        json.WriteNumber("records", segment.Records);
        json.WriteNumber("entries", segment.Entries);
        json.WriteNumber("firstIndex", segment.FirstIndex.Value);
        json.WriteNumber("lastIndex", segment.LastIndex.Value);
        json.WriteNumber("firstTerm", segment.FirstTerm.Value);
        json.WriteNumber("lastTerm", segment.LastTerm.Value);
        WriteArray(json, "votes", segment.Votes, static (json, vote) =>
        {
            json.WriteNumber("term", vote.Term.Value);
            json.WriteNumber("votedFor", vote.VotedFor.Value);
        });
    }

    private static void Write(Utf8JsonWriter json, WalSnapshot snapshot)
    {
        json.WriteString("file", snapshot.File);
        json.WriteNumber("fileBytes", snapshot.FileBytes);
        json.WriteBoolean("referenced", snapshot.IsReferenced);
        json.WriteBoolean("sound", snapshot.IsSound);
        if (snapshot.Meta is not { } meta)
        {
            return;
        }

        json.WriteNumber("index", meta.Index.Value);
        json.WriteNumber("term", meta.Term.Value);
        json.WriteNumber("stateBytes", meta.Bytes);
        json.WriteString("stateCrc32c", meta.Checksum.ToString("x8", null));
        WriteNodes(json, "voters", meta.Configuration.Voters);
        WriteNodes(json, "outgoingVoters", meta.Configuration.OutgoingVoters);
        WriteNodes(json, "learners", meta.Configuration.Learners);
        WriteNodes(json, "learnersNext", meta.Configuration.LearnersNext);
    }

    private static void Write(Utf8JsonWriter json, WalFinding finding)
    {
        json.WriteString("severity", finding.Severity == WalSeverity.Damage ? "damage" : "note");
        json.WriteString("file", finding.File);
        json.WriteNumber("offset", finding.Offset);
        json.WriteString("finding", finding.Text);
        json.WriteString("wayOut", finding.WayOut);
    }

    private static void WriteNodes(Utf8JsonWriter json, string name, IEnumerable<NodeId> nodes)
    {
        json.WriteStartArray(name);
        foreach (NodeId node in nodes)
        {
            json.WriteNumberValue(node.Value);
        }

        json.WriteEndArray();
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
