using Cluster.Consensus;

namespace Cluster.Storage.Tests;

/// <summary>What a log must say after some writes, kept as one state per record so that every prefix can be recognised.</summary>
internal sealed class LogModel
{
    private readonly List<string> _states = [];
    private readonly List<LogEntry> _entries = [];
    private HardState _hardState;
    private ulong _ticket;

    public LogModel() => _states.Add(Describe(_hardState, _entries));

    public ulong LastIndex => (ulong)_entries.Count;

    /// <summary>Records written so far.</summary>
    public int Records => _states.Count - 1;

    public string State => _states[^1];

    public LogWrite Vote(ulong term, uint voter)
    {
        _hardState = new HardState(new Term(term), new NodeId(voter));
        Remember();
        return LogWrite.SaveHardState(++_ticket, _hardState);
    }

    public LogWrite Append(ulong term, params byte[][] payloads)
    {
        var entries = new List<LogEntry>();
        foreach (byte[] payload in payloads)
        {
            EntryKind kind = payload.Length == 0 ? EntryKind.Barrier : EntryKind.Command;
            var entry = new LogEntry(new LogIndex(LastIndex + 1), new Term(term), kind, payload);
            entries.Add(entry);
            _entries.Add(entry);
            Remember();
        }

        return LogWrite.Append(++_ticket, [.. entries]);
    }

    public LogWrite Truncate(ulong from)
    {
        _entries.RemoveRange((int)from - 1, _entries.Count - (int)from + 1);
        Remember();
        return LogWrite.Truncate(++_ticket, new LogIndex(from));
    }

    /// <summary>A random write, as a Raft voter would make it.</summary>
    public LogWrite Next(ref SplitMix64 random)
    {
        ulong kind = random.Below(10);
        if (kind == 0)
        {
            return Vote(_hardState.Term.Value + 1, (uint)random.Below(4));
        }

        if (kind == 1 && LastIndex > 0)
        {
            return Truncate(LastIndex + 1 - random.Below(Math.Min(LastIndex, 5) + 1));
        }

        byte[][] payloads = new byte[1 + (int)random.Below(4)][];
        for (int i = 0; i < payloads.Length; i++)
        {
            payloads[i] = Payload(ref random, (int)random.Below(random.Chance(0.1) ? 3000UL : 200UL));
        }

        return Append(_hardState.Term.Value, payloads);
    }

    /// <summary>Bytes without any zero.</summary>
    public static byte[] Payload(ref SplitMix64 random, int length)
    {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++)
        {
            payload[i] = (byte)(1 + random.Below(255));
        }

        return payload;
    }

    /// <summary>
    /// Fails unless <paramref name="recovered"/> is what was written up to some record, at least <paramref name="atLeast"/>
    /// of them.
    /// </summary>
    public void RequirePrefix(RecoveredLog recovered, int atLeast, string context)
    {
        string state = Describe(recovered.HardState, recovered.Entries);
        int found = _states.LastIndexOf(state);
        Assert.True(found >= 0, $"{context}: the recovered log was never written: {state}");
        Assert.True(found >= atLeast, $"{context}: only {found} records of {atLeast} synced ones came back");
    }

    /// <summary>Goes on from what was recovered, as the one who writes does.</summary>
    public static LogModel From(RecoveredLog recovered)
    {
        var model = new LogModel();
        model._states.Clear();
        model._hardState = recovered.HardState;
        model._entries.AddRange(recovered.Entries);
        model.Remember();
        return model;
    }

    public static string Describe(HardState hardState, IEnumerable<LogEntry> entries) =>
        $"{hardState.Term},{hardState.VotedFor}: " + string.Join(
            ' ', entries.Select(e => $"{e.Index}{e.Term}{(byte)e.Kind}:{Crc32COf(e.Payload.Span):x8}/{e.Payload.Length}"));

    private static uint Crc32COf(ReadOnlySpan<byte> payload) => Crc32C.Of(payload);

    private void Remember() => _states.Add(Describe(_hardState, _entries));
}
