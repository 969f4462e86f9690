using System.Diagnostics;

namespace Cluster.Consensus.Tests.Node;

/// <summary>What a thousand learners cost their leader.</summary>
public class ManyLearnersTests
{
    private const int Learners = 1_000;
    private static readonly NodeId One = new(1);

    [Fact]
    public void Rounds_of_heartbeats_and_entries_to_a_thousand_learners_allocate_only_the_logs_blocks()
    {
        RaftNode leader = Leader(out MonotonicTime now);
        var payload = new byte[64];
        var arriving = new List<RaftMessage>();
        for (int i = 0; i < 20; i++)
        {
            Round(leader, payload, arriving, ref now);
        }

        int roundsThatAllocated = 0;
        long began = Stopwatch.GetTimestamp();
        const int Rounds = 200;
        for (int i = 0; i < Rounds; i++)
        {
            long start = GC.GetAllocatedBytesForCurrentThread();
            int messages = Round(leader, payload, arriving, ref now);
            roundsThatAllocated += GC.GetAllocatedBytesForCurrentThread() > start ? 1 : 0;
            Assert.True(messages >= 2 * Learners, $"{messages} messages are not a heartbeat and an entry for each learner");
        }

        double ms = Stopwatch.GetElapsedTime(began).TotalMilliseconds / Rounds;
        TestContext.Current.SendDiagnosticMessage("{0:F2} ms a round of heartbeats and entries to {1} learners", ms, Learners);
        // A list of effects that grows once more, and the blocks of the log.
        Assert.InRange(roundsThatAllocated, 0, 5);
    }

    [Fact]
    public void Many_learners_come_one_by_one_and_all_are_known()
    {
        RaftNode leader = Leader(out MonotonicTime now, learners: 0);
        for (uint i = 0; i < Learners; i++)
        {
            var change = new ConfigurationChange(ConfigurationStep.Add(new NodeId(2 + i)));
            Assert.True(leader.TryChangeConfiguration(change, now, out _, out string refusal), refusal);
            Settle(leader, now);
        }

        Assert.Equal(Learners, leader.Configuration.Learners.Length);
        leader.Effects.Clear();
        now += TimeSpan.FromMilliseconds(50);
        leader.Tick(now);
        Assert.Equal(Learners, leader.Effects.Messages.Count(m => m.Kind == RaftMessageKind.Heartbeat));
        for (uint i = 0; i < Learners; i++)
        {
            NodeId learner = new(2 + i);
            RaftMessage beat = leader.Effects.Messages.Find(m => m.To == learner);
            leader.Receive(
                RaftMessage.HeartbeatResponse(learner, One, beat.Term, beat.SentAt, LogIndex.Zero, LogIndex.Zero) with { Session = beat.Session }, now);
            Assert.Equal(now, leader.HeardAt(learner));
        }
    }

    // Every learner answers whatever it is sent.
    private static int Round(RaftNode leader, byte[] payload, List<RaftMessage> arriving, ref MonotonicTime now)
    {
        now += TimeSpan.FromMilliseconds(50);
        leader.Tick(now);
        Assert.True(leader.TryPropose(payload, now, out _));
        leader.Flush(now);
        int messages = 0;
        do
        {
            arriving.Clear();
            arriving.AddRange(leader.Effects.Messages);
            messages += arriving.Count;
            Settle(leader, now);
            foreach (RaftMessage message in arriving)
            {
                LogIndex last = message.Kind == RaftMessageKind.AppendRequest ? message.Index + (ulong)message.Entries.Count : message.Match;
                leader.Receive(
                    message.Kind == RaftMessageKind.AppendRequest
                        ? RaftMessage.AppendResponse(message.To, One, message.Term, last) with { Session = message.Session }
                        : RaftMessage.HeartbeatResponse(message.To, One, message.Term, message.SentAt, last, last) with { Session = message.Session },
                    now);
            }
        }
        while (leader.Effects.Messages.Count > 0);
        return messages;
    }

    // The disk of the only voter syncs at once.
    private static void Settle(RaftNode leader, MonotonicTime now)
    {
        ulong ticket = leader.Effects.Writes.Count == 0 ? 0 : leader.Effects.Writes[^1].Ticket;
        leader.Effects.Clear();
        leader.Persisted(ticket, now);
        if (leader.Effects.Writes.Count > 0)
        {
            Settle(leader, now);
        }
    }

    private static RaftNode Leader(out MonotonicTime now, int learners = Learners)
    {
        now = new MonotonicTime(1_000_000_000);
        var configuration = new ClusterConfiguration([One], learners: Enumerable.Range(2, learners).Select(i => new NodeId((uint)i)));
        LogEntry entry = new(new LogIndex(1), new Term(1), EntryKind.Configuration, ConfigurationCodec.Encode(configuration));
        var options = new RaftOptions { Self = One, Voters = [One], Seed = 1 };
        var leader = new RaftNode(options, new RecoveredLog(new HardState(new Term(1), One), null, [entry]), now);
        while (!leader.Status.IsLeader)
        {
            now += TimeSpan.FromMilliseconds(1);
            leader.Tick(now);
            Settle(leader, now);
        }

        Settle(leader, now);
        return leader;
    }
}
