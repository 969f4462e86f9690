using System.Text;
using Cluster.Consensus.Tests.Support;

namespace Cluster.Consensus.Tests.Node;

/// <summary>
/// One voter whose peers are played by the test. Voter 1 of 3 unless told otherwise; its disk waits for <see cref="Sync"/>.
/// </summary>
internal sealed partial class TestVoter
{
    public static readonly NodeId One = new(1);
    public static readonly NodeId Two = new(2);
    public static readonly NodeId Three = new(3);

    private readonly MemoryDisk _disk;
    private readonly List<RaftMessage> _sent = [];

    public TestVoter(Func<RaftOptions, RaftOptions>? change = null, MemoryDisk? disk = null, uint voters = 3)
    {
        var ids = new NodeId[voters];
        for (uint i = 0; i < voters; i++)
        {
            ids[i] = new NodeId(i + 1);
        }

        RaftOptions options = new() { Self = One, Voters = ids, Seed = 42 };
        Options = change is null ? options : change(options);
        _disk = disk ?? new MemoryDisk();
        Now = new MonotonicTime(1_000_000_000);
        Node = new RaftNode(Options, _disk.Recovered, Now);
    }

    public RaftOptions Options { get; }

    public RaftNode Node { get; }

    public MonotonicTime Now { get; private set; }

    public ReplicatedLogStatus Status => Node.Status;

    public List<ulong> Tickets { get; } = [];

    public List<LogEntry> Committed { get; } = [];

    public HardState DurableState => _disk.HardState;

    /// <summary>A voter that was elected at <see cref="Now"/> by the others' votes and has synced everything.</summary>
    public static TestVoter Leader(Func<RaftOptions, RaftOptions>? change = null, MemoryDisk? disk = null, uint voters = 3)
    {
        var voter = new TestVoter(change, disk, voters);
        voter.BecomeCandidate();
        for (uint i = 2; i <= (voters / 2) + 1; i++)
        {
            voter.Receive(RaftMessage.VoteResponse(new NodeId(i), One, voter.Status.Term, true));
        }

        Assert.True(voter.Status.IsLeader);
        voter.Sync();
        voter.TakeSent();
        return voter;
    }

    /// <summary>A voter that follows 2 in term 1, has synced everything, and holds what 2 sent it.</summary>
    public static TestVoter Follower(params string[] entries)
    {
        var voter = new TestVoter();
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, entries)));
        voter.Sync();
        voter.TakeSent();
        return voter;
    }

    public static LogEntry[] Entries(ulong first, ulong term, params string[] payloads)
    {
        var entries = new LogEntry[payloads.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            byte[] payload = Encoding.UTF8.GetBytes(payloads[i]);
            entries[i] = new LogEntry(new LogIndex(first + (ulong)i), new Term(term), EntryKind.Command, payload);
        }

        return entries;
    }

    public static RaftMessage Append(ulong term, ulong prev, ulong prevTerm, ulong commit, params LogEntry[] entries) =>
        RaftMessage.AppendRequest(Two, One, new Term(term), new LogIndex(prev), new Term(prevTerm), new LogIndex(commit), entries);

    public static RaftMessage Beat(ulong term, ulong commit = 0, ulong match = 0, long sentAt = 5) =>
        RaftMessage.Heartbeat(Two, One, new Term(term), new MonotonicTime(sentAt), new LogIndex(commit), new LogIndex(match));

    public static RaftMessage Ack(uint from, ulong term, ulong match) =>
        RaftMessage.AppendResponse(new NodeId(from), One, new Term(term), new LogIndex(match));

    public RaftMessage Echo(uint from, MonotonicTime sentAt, ulong received = 0, ulong match = 0) =>
        RaftMessage.HeartbeatResponse(new NodeId(from), One, Status.Term, sentAt, new LogIndex(received), new LogIndex(match));

    /// <summary>Lets time pass without ticks.</summary>
    public void Skip(double ms) => Skip(TimeSpan.FromMilliseconds(ms));

    public void Skip(TimeSpan span) => Now += span;

    /// <summary>Lets time pass, a tick each millisecond.</summary>
    public void Pass(int ms)
    {
        for (int i = 0; i < ms; i++)
        {
            Skip(1);
            Node.Tick(Now);
            Collect();
        }
    }

    public void Receive(RaftMessage message)
    {
        Node.Receive(message, Now);
        Collect();
    }

    public bool Propose(string text)
    {
        bool accepted = Node.TryPropose(Encoding.UTF8.GetBytes(text), Now, out _);
        Node.Flush(Now);
        Collect();
        return accepted;
    }

    public void Flush()
    {
        Node.Flush(Now);
        Collect();
    }

    /// <summary>Changes the configuration.</summary>
    /// <returns>What is wrong with it, or nothing.</returns>
    public string Change(params ConfigurationStep[] steps)
    {
        Node.TryChangeConfiguration(new ConfigurationChange(steps), Now, out _, out string refusal);
        Collect();
        return refusal;
    }

    /// <summary>Changes the timing; heartbeats come four times in the patience.</summary>
    public void Retime(int patienceMs)
    {
        var patience = TimeSpan.FromMilliseconds(patienceMs);
        Node.Retime(new RaftTiming(patience / 4, patience, 2 * patience), Now);
        Collect();
    }

    /// <summary>Hands leadership over.</summary>
    /// <returns>What is wrong with it, or nothing.</returns>
    public string Transfer(NodeId to)
    {
        Node.TryTransfer(to, Now, out string refusal);
        Collect();
        return refusal;
    }

    public void Note(Standoff standoff)
    {
        Node.NoteStandoff(standoff, Now);
        Collect();
    }

    /// <summary>Goes on without the other voter.</summary>
    /// <returns>What is wrong with it, or nothing.</returns>
    public string GoAlone(NodeId stopped)
    {
        Node.TryGoAlone(stopped, Now, out string refusal);
        Collect();
        return refusal;
    }

    public void Abdicate()
    {
        Node.Abdicate(Now);
        Collect();
    }

    /// <summary>Everything written so far is on disk.</summary>
    public void Sync()
    {
        while (_disk.Sync() is > 0 and var ticket)
        {
            Persisted(ticket);
        }
    }

    /// <summary>What is written now is on disk, and nothing of what follows from that.</summary>
    public void SyncOnce() => Persisted(_disk.Sync());

    public void Persisted(ulong ticket)
    {
        Node.Persisted(ticket, Now);
        Collect();
    }

    /// <summary>The process dies; what is on disk stays.</summary>
    public TestVoter Restart(Func<RaftOptions, RaftOptions>? change = null)
    {
        _disk.Crash();
        return new TestVoter(_ => change is null ? Options : change(Options), _disk);
    }

    /// <summary>What was sent since the last call.</summary>
    public List<RaftMessage> TakeSent()
    {
        List<RaftMessage> taken = [.. _sent];
        _sent.Clear();
        return taken;
    }

    /// <summary>What of this kind was sent since the last call; forgets the rest.</summary>
    public List<RaftMessage> Sent(RaftMessageKind kind) => TakeSent().FindAll(message => message.Kind == kind);

    public void BecomeCandidate()
    {
        Pass(350);
        if (Status.Role == LogRole.PreCandidate)
        {
            for (uint i = 2; i <= (Options.Voters.Count / 2) + 1; i++)
            {
                Receive(RaftMessage.PreVoteResponse(new NodeId(i), One, Status.Term.Next, true));
            }
        }

        Assert.Equal(LogRole.Candidate, Status.Role);
        Sync();
    }

    private void Collect()
    {
        foreach (LogWrite write in Node.Effects.Writes)
        {
            Tickets.Add(write.Ticket);
            _disk.Write(write);
        }

        foreach (RaftMessage message in Node.Effects.Messages)
        {
            _sent.Add(message);
        }

        CollectSnapshots(Node.Effects);
        Committed.AddRange(Node.Effects.Committed);
        Node.Effects.Clear();
    }
}
