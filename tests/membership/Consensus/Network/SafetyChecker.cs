using System.Buffers.Binary;

namespace Cluster.Consensus.Tests.Network;

/// <summary>What must hold after every step (Raft figure 3, and this engine's promises). Throws at the first violation.</summary>
internal sealed class SafetyChecker(SimulatedVoter[] voters, ClusterConfiguration initial)
{
    private const ulong FirstState = 14695981039346656037;
    private readonly Dictionary<ulong, NodeId> _leaders = [];
    private readonly List<LogEntry> _committed = [];
    private readonly List<Term> _committedIn = [];
    private readonly List<ulong> _states = [FirstState];

    public int CommittedCount => _committed.Count;

    public int Elections => _leaders.Count;

    /// <summary>The newest configuration that is committed, and where.</summary>
    public (ClusterConfiguration Configuration, LogIndex Index) CommittedConfiguration { get; private set; } = (initial, LogIndex.Zero);

    public static ulong Id(in LogEntry entry) => entry.Kind switch
    {
        EntryKind.Barrier => 0,
        EntryKind.Configuration => Checksum.Of(entry.Payload.Span),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(entry.Payload.Span),
    };

    /// <summary>S7: what a message tells as fact is on the sender's disk.</summary>
    public static void OnSent(SimulatedVoter voter, RaftMessage message)
    {
        Term durable = voter.Disk.HardState.Term;
        bool isGranted = message.Granted;
        bool asksAboutNext = message.Kind == RaftMessageKind.PreVoteRequest || (message.Kind == RaftMessageKind.PreVoteResponse && isGranted);
        Require(asksAboutNext || message.Term <= durable, $"{message} was sent before its term was on disk");
        bool asksForVote = message.Kind == RaftMessageKind.VoteRequest;
        if (asksForVote || (message.Kind == RaftMessageKind.VoteResponse && isGranted))
        {
            NodeId vote = asksForVote ? message.From : message.To;
            Require(
                durable > message.Term || voter.Disk.HardState.VotedFor == vote,
                $"{message} was sent before the vote was on disk");
        }

        LogIndex match = message.Kind switch
        {
            RaftMessageKind.AppendResponse when !message.Rejected => message.Index,
            RaftMessageKind.HeartbeatResponse => message.Match,
            RaftMessageKind.SnapshotResponse => message.Index,
            _ => LogIndex.Zero,
        };
        Require(voter.Disk.LastIndex >= match, $"{message} was sent before the entries were on disk");
    }

    public void OnCommitted(SimulatedVoter voter, in LogEntry entry)
    {
        Require(entry.Index.Value == voter.Committed + 1, $"{voter.Id} told {entry.Index} after {voter.Committed}");
        voter.Committed++;
        int position = (int)entry.Index.Value - 1;
        if (position == _committed.Count)
        {
            RequireDurableOnMajority(entry, voter.Node!.Configuration);
            if (entry.Kind == EntryKind.Configuration)
            {
                Require(ConfigurationCodec.TryDecode(entry.Payload.Span, out ClusterConfiguration configuration), "it can be read");
                RequireOneChange(CommittedConfiguration.Configuration, configuration);
                CommittedConfiguration = (configuration, entry.Index);
            }

            _committed.Add(entry);
            _committedIn.Add(voter.Node!.Status.Term);
            _states.Add((_states[^1] ^ Id(entry) ^ (entry.Term.Value << 48)) * 1099511628211);
        }

        LogEntry first = _committed[position];
        Require(
            first.Term == entry.Term && Id(first) == Id(entry),
            $"{voter.Id} committed another entry at {entry.Index} than was committed before");
    }

    /// <summary>A state as a node's machine would write it: what makes it, and as much again as makes it worth cutting up.</summary>
    public byte[] StateAt(ulong index)
    {
        var state = new byte[sizeof(ulong) + (index % 2000)];
        var random = new SplitMix64(_states[(int)index]);
        for (int i = 0; i < state.Length; i++)
        {
            state[i] = (byte)random.Next();
        }

        return state;
    }

    public IEnumerable<LogEntry> CommittedThrough(LogIndex index)
    {
        Require(index.Value <= (ulong)_committed.Count, $"a snapshot goes up to {index}, but only {_committed.Count} are committed");
        return _committed.Take((int)index.Value);
    }

    public void OnRestored(SimulatedVoter voter, Snapshot snapshot)
    {
        ulong index = snapshot.Meta.Index.Value;
        Require(index > voter.Committed, $"{voter.Id} was set back to {index} from {voter.Committed}");
        Require(index <= (ulong)_committed.Count, $"{voter.Id} was given a state of {index}, which is not committed");
        Require(snapshot.Meta.Term == _committed[(int)index - 1].Term, $"{voter.Id} was given a state with another term at {index}");
        Require(snapshot.State.Span.SequenceEqual(StateAt(index)), $"{voter.Id} was given another state than that of {index}");
        voter.Committed = index;
    }

    /// <summary>A read holds whatever had been acknowledged when it was asked for.</summary>
    public static void OnRead(SimulatedVoter voter, ReadResult read, int committedWhenAsked) => Require(
        read.IsRefused || read.Index.Value >= (ulong)committedWhenAsked,
        $"a read on {voter.Id} was answered with {read.Index}, but {committedWhenAsked} were committed when it was asked for");

    public void OnElected(SimulatedVoter leader, Term term)
    {
        Require(_leaders.TryAdd(term.Value, leader.Id), $"{leader.Id} and another lead {term}");

        // Leader completeness; a late winner of an earlier term need not have what was committed since.
        for (int i = 0; i < _committed.Count && _committedIn[i] < term; i++)
        {
            Require(
                leader.Memory.Count > i && leader.Memory[i].Term == _committed[i].Term,
                $"{leader.Id} was elected in {term} without what was committed at @{i + 1} before");
        }
    }

    /// <summary>No two voters at once may be told that nobody else leads.</summary>
    public void OnConfirmed(SimulatedVoter leader, long trueTime)
    {
        foreach (SimulatedVoter other in voters)
        {
            Require(
                other == leader || leader.ConfirmedUntil <= trueTime || other.ConfirmedUntil <= trueTime,
                $"{leader.Id} and {other.Id} are both confirmed as leaders");
        }
    }

    /// <summary>Log matching: logs that agree at an index agree up to it.</summary>
    public void CheckLogs()
    {
        foreach (SimulatedVoter left in voters)
        {
            foreach (SimulatedVoter right in voters)
            {
                bool agree = false;
                for (int i = Math.Min(left.Memory.Count, right.Memory.Count) - 1; i >= 0; i--)
                {
                    bool equal = left.Memory[i].Term == right.Memory[i].Term;
                    Require(equal || !agree, $"{left.Id} and {right.Id} agree after @{i + 1} but not at it");
                    Require(!equal || Id(left.Memory[i]) == Id(right.Memory[i]), $"two entries at @{i + 1} in one term");
                    agree |= equal;
                }
            }
        }
    }

    private static void Require(bool condition, string violation)
    {
        if (!condition)
        {
            throw new SafetyViolationException(violation);
        }
    }

    // Each change begins where the last one ended: a joint configuration is left for its own incoming half only.
    private static void RequireOneChange(ClusterConfiguration before, ClusterConfiguration after)
    {
        bool follows = before.IsJoint
            ? after.Equals(ConfigurationRules.Leave(before))
            : after.IsJoint
                ? after.OutgoingVoters.SequenceEqual(before.Voters) && after.OutgoingVotes.SequenceEqual(before.Votes)
                : after.Voters.SequenceEqual(before.Voters) && after.Votes.SequenceEqual(before.Votes);
        Require(follows, $"the configuration ({after}) does not follow ({before})");
    }

    private void RequireDurableOnMajority(LogEntry entry, ClusterConfiguration configuration)
    {
        NodeId[] copies = [.. voters.Where(v => v.Disk.Holds(entry.Index, entry.Term)).Select(v => v.Id)];
        RequireMajority(configuration.Voters, configuration.VotesOf);
        RequireMajority(configuration.OutgoingVoters, configuration.OutgoingVotesOf);

        void RequireMajority(IReadOnlyList<NodeId> half, Func<NodeId, int> votesOf) => Require(
            half.Count == 0 || 2 * half.Intersect(copies).Sum(votesOf) > half.Sum(votesOf),
            $"{entry.Index} is committed with copies on the disks of {string.Join(' ', copies)} ({configuration})");
    }
}
