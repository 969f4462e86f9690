using System.Globalization;

namespace Cluster.Consensus;

public sealed partial record RaftOptions
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    /// <summary>Checks that the settings fit together; <see cref="RaftNode"/> does so when it is made.</summary>
    /// <exception cref="RaftConfigurationException">They do not; the message says why and what to change.</exception>
    public void Validate()
    {
        ValidateVoters();
        ValidateTimes();
        Require(MaxBytesPerAppend > 0, $"{nameof(MaxBytesPerAppend)} is {MaxBytesPerAppend}: set it to at least 1 byte");
        Require(MaxInflightAppends > 0, $"{nameof(MaxInflightAppends)} is {MaxInflightAppends}: set it to at least 1 message");
        Require(MaxInflightBytes > 0, $"{nameof(MaxInflightBytes)} is {MaxInflightBytes}: set it to at least 1 byte");
        Require(MaxUncommittedBytes > 0, $"{nameof(MaxUncommittedBytes)} is {MaxUncommittedBytes}: set it to at least 1 byte");
        Require(
            CommitNoticeDelay >= TimeSpan.Zero && CommitNoticeDelay < HeartbeatInterval,
            $"{nameof(CommitNoticeDelay)} is {Ms(CommitNoticeDelay)} ms: set it to 0 or more, below {nameof(HeartbeatInterval)} ({Ms(HeartbeatInterval)} ms), which tells it anyway");
        Require(MaxPromotionLag >= 0, $"{nameof(MaxPromotionLag)} is {MaxPromotionLag}: set it to 0 or more entries");
        ValidateSnapshots();
    }

    private void ValidateSnapshots()
    {
        Require(TrailingEntries >= 0, $"{nameof(TrailingEntries)} is {TrailingEntries}: set it to 0 or more entries");
        Require(MaxTrailingBytes >= 0, $"{nameof(MaxTrailingBytes)} is {MaxTrailingBytes}: set it to 0 bytes or more");
        Require(
            MaxSnapshotBytes > 0 && MaxSnapshotBytes <= Array.MaxLength,
            $"{nameof(MaxSnapshotBytes)} is {MaxSnapshotBytes}: set it to 1 to {Array.MaxLength} bytes");
        Require(SnapshotChunkBytes > 0, $"{nameof(SnapshotChunkBytes)} is {SnapshotChunkBytes}: set it to at least 1 byte");
        Require(
            MaxInflightSnapshotBytes > 0,
            $"{nameof(MaxInflightSnapshotBytes)} is {MaxInflightSnapshotBytes}: set it to at least 1 byte");
        Require(
            MaxSnapshotBytesPerSecond > 0,
            $"{nameof(MaxSnapshotBytesPerSecond)} is {MaxSnapshotBytesPerSecond}: set it to at least 1 byte a second");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new RaftConfigurationException(message);
        }
    }

    private static string Ms(TimeSpan span) => Text(span.TotalMilliseconds);

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private void ValidateVoters()
    {
        Require(Self.Value < uint.MaxValue, $"{nameof(Self)} is node number {uint.MaxValue}, which is reserved: give this node a smaller one");
        Require(!Self.IsNone, $"{nameof(Self)} is node number 0, which means no node: give this node a number from 1 on");
        for (int i = 0; i < Voters.Count; i++)
        {
            Require(Voters[i].Value < uint.MaxValue, $"{nameof(Voters)} holds node number {uint.MaxValue}, which is reserved");
            Require(!Voters[i].IsNone, $"{nameof(Voters)} holds node number 0, which means no node: number the voters from 1 on");
            for (int j = 0; j < i; j++)
            {
                Require(Voters[i] != Voters[j], $"{nameof(Voters)} names {Voters[i]} twice: name each voter once");
            }
        }
    }

    private void ValidateTimes()
    {
        Require(
            ClockRateBound is >= 1.0 and <= 2.0,
            $"{nameof(ClockRateBound)} is {Text(ClockRateBound)}: it is the greater clock rate over the smaller, from 1.0 to 2.0");
        Require(
            HeartbeatInterval > TimeSpan.Zero,
            $"{nameof(HeartbeatInterval)} is {Ms(HeartbeatInterval)} ms: it must be positive");
        Require(
            ElectionTimeoutMax > ElectionTimeoutMin,
            $"{nameof(ElectionTimeoutMax)} ({Ms(ElectionTimeoutMax)} ms) is not above {nameof(ElectionTimeoutMin)} " +
            $"({Ms(ElectionTimeoutMin)} ms): without a range between them votes split for ever");
        Require(
            ElectionTimeoutMax <= LongestTimeout,
            $"{nameof(ElectionTimeoutMax)} is {Ms(ElectionTimeoutMax)} ms: the most is {Ms(LongestTimeout)} ms");

        Require(
            NewcomerPatience >= ElectionTimeoutMin && NewcomerPatience <= LongestTimeout,
            $"{nameof(NewcomerPatience)} is {Ms(NewcomerPatience)} ms: set it to at least {nameof(ElectionTimeoutMin)} ({Ms(ElectionTimeoutMin)} ms), and " +
            $"to at most {Ms(LongestTimeout)} ms; or leave it out when no former life was more patient");

        // One heartbeat may be lost, and the follower's clock may run slower than the leader's, without a break in the lease.
        double neededMs = 2 * HeartbeatInterval.TotalMilliseconds * ClockRateBound;
        Require(
            ElectionTimeoutMin.TotalMilliseconds >= neededMs,
            $"{nameof(ElectionTimeoutMin)} ({Ms(ElectionTimeoutMin)} ms) is below 2 × {nameof(HeartbeatInterval)} × " +
            $"{nameof(ClockRateBound)} = 2 × {Ms(HeartbeatInterval)} ms × {Text(ClockRateBound)} = {Text(neededMs)} ms: " +
            "one lost heartbeat would cost the leader its majority; raise the timeout or shorten the interval");
    }
}
