using Cluster.Consensus;

namespace Cluster.Storage.Tests;

/// <summary>What a log must say after some writes, kept as one state per record so that every prefix can be recognised.</summary>
internal sealed class LogModel
{
    private readonly List<string> _states = [];
    private readonly List<LogEntry> _entries = [];
    private HardState _hardState;
    private Snapshot? _snapshot;
    private ulong _first = 1;
    private ulong _ticket;

    public LogModel() => Remember();

    public ulong FirstIndex => _first;

    public ulong LastIndex => _first + (ulong)_entries.Count - 1;

    public ulong SnapshotIndex => _snapshot?.Meta.Index.Value ?? 0;

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

        return LogWrite.Append(++_ticket, entries.ToArray());
    }

    public LogWrite Truncate(ulong from)
    {
        _entries.RemoveRange((int)(from - _first), _entries.Count - (int)(from - _first));
        Remember();
        return LogWrite.Truncate(++_ticket, new LogIndex(from));
    }

    /// <summary>A snapshot of everything through an entry of the log, to be saved before it is used.</summary>
    public Snapshot Snapshot(ulong index, byte[] state)
    {
        Term term = index == SnapshotIndex ? _snapshot!.Meta.Term : _entries[(int)(index - _first)].Term;
        return SnapshotOf(index, term.Value, state);
    }

    /// <summary>Any snapshot.</summary>
    public static Snapshot SnapshotOf(ulong index, ulong term, byte[] state)
    {
        var configuration = new ClusterConfiguration(
            [new NodeId(1), new NodeId(2), new NodeId(3)], learners: [new NodeId(4 + (uint)(index % 200))]);
        return new Snapshot(
            new SnapshotMeta(new LogIndex(index), new Term(term), configuration, state.Length, Crc32C.Of(state)), state);
    }

    /// <summary>The log stands on a snapshot of itself; entries before <paramref name="keepFrom"/> go.</summary>
    public LogWrite Use(Snapshot snapshot, ulong keepFrom)
    {
        _snapshot = snapshot;
        ulong first = Math.Max(_first, keepFrom);
        _entries.RemoveRange(0, (int)(first - _first));
        _first = first;
        Remember();
        return LogWrite.UseSnapshot(++_ticket, snapshot.Meta, new LogIndex(keepFrom), replacesLog: false);
    }

    /// <summary>A snapshot that the leader sent takes the place of the log.</summary>
    public LogWrite Install(Snapshot snapshot)
    {
        _snapshot = snapshot;
        _entries.Clear();
        _first = snapshot.Meta.Index.Value + 1;
        Remember();
        return LogWrite.UseSnapshot(++_ticket, snapshot.Meta, new LogIndex(_first), replacesLog: true);
    }

    /// <summary>A random write; now and then a snapshot, which is saved at once.</summary>
    public LogWrite NextOrSnapshot(ref SplitMix64 random, SnapshotStore store)
    {
        if (!random.Chance(0.15))
        {
            return Next(ref random);
        }

        bool install = random.Chance(0.3);
        if (!install && LastIndex <= SnapshotIndex)
        {
            return Next(ref random);
        }

        byte[] state = Payload(ref random, (int)random.Below(3000));
        ulong index = install ? LastIndex + 1 + random.Below(5) : LastIndex - random.Below(LastIndex - SnapshotIndex);
        Snapshot snapshot = install ? SnapshotOf(index, _hardState.Term.Value, state) : Snapshot(index, state);
        store.Save(snapshot);
        return install ? Install(snapshot) : Use(snapshot, index + 1 - random.Below(Math.Min(4, index + 2 - _first)));
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
            return Truncate(LastIndex + 1 - random.Below(Math.Min(LastIndex - SnapshotIndex, 5) + 1));
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
        string state = Describe(recovered);
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
        model._snapshot = recovered.Snapshot;
        model._first = recovered.Entries.Count > 0
            ? recovered.Entries[0].Index.Value
            : (recovered.Snapshot?.Meta.Index.Value ?? 0) + 1;
        model._entries.AddRange(recovered.Entries);
        model.Remember();
        return model;
    }

    public static string Describe(RecoveredLog recovered) =>
        Describe(recovered.HardState, recovered.Snapshot, recovered.Entries);

    private static string Describe(HardState hardState, Snapshot? snapshot, IEnumerable<LogEntry> entries) =>
        $"{hardState.Term},{hardState.VotedFor}{Describe(snapshot)}: " + string.Join(
            ' ', entries.Select(e => $"{e.Index}{e.Term}{(byte)e.Kind}:{Crc32C.Of(e.Payload.Span):x8}/{e.Payload.Length}"));

    private static string Describe(Snapshot? snapshot) => snapshot is null
        ? string.Empty
        : $" [{snapshot.Meta.Index}{snapshot.Meta.Term} {snapshot.Meta.Configuration} {snapshot.Meta.Bytes} "
            + $"{Crc32C.Of(snapshot.State.Span):x8}]";

    private void Remember() => _states.Add(Describe(_hardState, _snapshot, _entries));
}
