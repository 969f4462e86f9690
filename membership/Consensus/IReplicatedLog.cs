namespace Cluster.Consensus;

/// <summary>
/// The seam between a consensus engine and the state machine above it. An implementation is a deterministic, single-threaded
/// state machine without I/O: every call may fill <see cref="Effects"/>, which the caller carries out and clears.
/// </summary>
public interface IReplicatedLog
{
    /// <summary>What is to be carried out since the owner last cleared it.</summary>
    LogEffects Effects { get; }

    /// <summary>What the engine knows of itself.</summary>
    ReplicatedLogStatus Status { get; }

    /// <summary>
    /// On a leader: when it sent the newest heartbeat that this voter or learner has answered in this term, by this machine's clock; the present
    /// for itself. <see cref="MonotonicTime.DistantPast"/> when there was none, for a node that takes no part, and on a node that does not lead.
    /// </summary>
    MonotonicTime HeardAt(NodeId node);

    /// <summary>Who takes part: the newest configuration in this node's log, committed or not (Raft §6).</summary>
    ClusterConfiguration Configuration { get; }

    /// <summary>
    /// Where <see cref="Configuration"/> stands. A change is done when this is committed and the configuration is not joint.
    /// </summary>
    LogIndex ConfigurationIndex { get; }

    /// <summary>Advances time; to be called at least every few milliseconds and before any other input at a new time.</summary>
    void Tick(MonotonicTime now);

    /// <summary>
    /// When a tick would do something at once that the regular ones would do later; <see cref="MonotonicTime.DistantFuture"/> when it would
    /// not. An owner may heed it or not.
    /// </summary>
    MonotonicTime TickDue => MonotonicTime.DistantFuture;

    /// <summary>Takes a message from a peer.</summary>
    /// <param name="message">The message.</param>
    /// <param name="now">
    /// A reading taken after the message had arrived. An earlier one would let a promise that the peer counts from its sending
    /// end too soon.
    /// </param>
    void Receive(in RaftMessage message, MonotonicTime now);

    /// <summary>
    /// Appends a command on the leader, in memory only: <see cref="Flush"/>, or any other input, then has it written and sent. Many
    /// proposals before one flush share one write and one message to each peer.
    /// </summary>
    /// <param name="payload">The command; must not change afterwards.</param>
    /// <param name="now">The time of the call.</param>
    /// <param name="index">Where it stands in the log if it is ever committed in the current term.</param>
    /// <returns>
    /// False when this node does not lead, or too many bytes are uncommitted. True promises nothing yet: the command is decided
    /// when an entry with this index is committed, and it is this one only when the entry's term is the current one.
    /// </returns>
    bool TryPropose(ReadOnlyMemory<byte> payload, MonotonicTime now, out LogIndex index);

    /// <summary>Puts the write of everything proposed since the last input, and the messages about it, into <see cref="Effects"/>.</summary>
    void Flush(MonotonicTime now);

    /// <summary>
    /// Asks for a read barrier: an index such that a state with it applied holds everything that was acknowledged to anybody before this
    /// call (linearizable reads; ReadIndex, Raft thesis §6.4). Works on a leader and on a node that knows one. Reads asked for
    /// before one <see cref="Flush"/> share one round of messages.
    /// </summary>
    /// <param name="context">The asker's mark; comes back in <see cref="LogEffects.Reads"/>, once, with the index or a refusal.</param>
    /// <param name="now">The time of the call.</param>
    /// <returns>False when no leader is known or too many reads wait; then nothing comes back.</returns>
    bool TryRead(ulong context, MonotonicTime now);

    /// <summary>
    /// Hands in the state as of an applied entry, so that the log up to there can be dropped. The engine asks for it to be saved
    /// (<see cref="LogEffects.SnapshotSaves"/>), refers to it once <see cref="SnapshotSaved"/> is reported, and keeps it in memory for followers
    /// that need it.
    /// </summary>
    /// <param name="through">The last entry whose effect the state holds; it must have been in <see cref="LogEffects.Committed"/>.</param>
    /// <param name="state">The state in the owner's form, equal on all nodes for equal states; must not change afterwards.</param>
    /// <param name="now">The time of the call.</param>
    /// <returns>False when nothing was done: an earlier one is still being saved, or the log begins there or later already.</returns>
    /// <exception cref="ArgumentException">The state is larger than the nodes take; the message says what to raise.</exception>
    /// <exception cref="InvalidOperationException">The entry has not been handed out as committed.</exception>
    bool Compact(LogIndex through, ReadOnlyMemory<byte> state, MonotonicTime now);

    /// <summary>Reports that a snapshot of <see cref="LogEffects.SnapshotSaves"/> is a file that survives a crash under its final name.</summary>
    void SnapshotSaved(SnapshotMeta meta, MonotonicTime now);

    /// <summary>
    /// Reports that a snapshot could not be saved, for example because the disk is full. The log stays as it is; one of this node's own is
    /// given up, one received is saved again when the leader asks after it.
    /// </summary>
    void SnapshotNotSaved(SnapshotMeta meta, MonotonicTime now);

    /// <summary>
    /// Begins a change of who takes part, on the leader: joint consensus when voters change (Raft §6), one step when only learners
    /// do. The engine finishes what is begun, under this leader or the next. A leader that a change removes hands over once the
    /// change is committed.
    /// </summary>
    /// <param name="change">What is to be done, all of it together.</param>
    /// <param name="now">The time of the call.</param>
    /// <param name="index">Where the first configuration of the change stands, if it is ever committed in the current term.</param>
    /// <param name="refusal">What is wrong and what to do about it; empty when the change has begun.</param>
    /// <returns>
    /// False, with the reason, when this node does not lead, another change or a transfer is under way, the change does not fit the configuration, or a
    /// learner that is to be promoted has not caught up.
    /// </returns>
    bool TryChangeConfiguration(ConfigurationChange change, MonotonicTime now, out LogIndex index, out string refusal);

    /// <summary>
    /// On a leader: true when a learner answers and has so much of the log that it can be promoted. False on a node that does not lead, and of
    /// nodes that are no learners.
    /// </summary>
    bool IsCaughtUp(NodeId learner);

    /// <summary>
    /// Changes this node's timing from now on. Safe at any time and whatever the others have (Raft §9.3 leaves it to the operator): a leader counts
    /// the patience that each voter promised, and a voter keeps the promises it has made.
    /// </summary>
    /// <param name="timing">The new timing. Before one is more patient than any before, the owner has to have that on disk, for
    /// <see cref="RaftOptions.NewcomerPatience"/> of the next life.</param>
    /// <param name="now">The time of the call.</param>
    /// <exception cref="RaftConfigurationException">The times contradict each other; the message says why. Nothing has changed.</exception>
    void Retime(RaftTiming timing, MonotonicTime now);

    /// <summary>
    /// Hands leadership to a voter (Raft thesis §3.10). From now on this leader promises nothing any more
    /// (<see cref="ReplicatedLogStatus.ConfirmedUntil"/>); once what it had promised has run out it takes no more proposals, brings the voter
    /// up to date and has it stand at once. When that voter does not lead within a minimum election timeout, this one goes on.
    /// </summary>
    /// <param name="to">A voter other than this node.</param>
    /// <param name="now">The time of the call.</param>
    /// <param name="refusal">What is wrong and what to do about it; empty when the transfer has begun.</param>
    /// <returns>False, with the reason, when this node does not lead, the other is no voter, or another transfer is under way.</returns>
    bool TryTransfer(NodeId to, MonotonicTime now, out string refusal);

    /// <summary>
    /// Puts on disk that this node, one of two voters, means to have the other stopped, before that is touched. It is on disk when
    /// <see cref="ReplicatedLogStatus.DurableStandoff"/> shows it, and after a restart that shows what a former life noted. It goes when the
    /// other has no vote any more, or when none is noted.
    /// </summary>
    /// <param name="standoff">The intent, with a number of its own for each attempt; the default to withdraw it.</param>
    /// <param name="now">The time of the call.</param>
    void NoteStandoff(Standoff standoff, MonotonicTime now);

    /// <summary>
    /// Goes on without the other of two voters. The owner vouches that the other was stopped, proven, after the intent
    /// (<see cref="NoteStandoff"/>) had become durable in this life: switched off, or its process ended. That it has been started again since does no
    /// harm. This node takes a new term, leads once its vote in it is on disk, and begins the term with a configuration in which it is the only
    /// voter and the other a learner; it has gone on when <see cref="ReplicatedLogStatus.BarrierCommitted"/> is true in that term.
    /// </summary>
    /// <param name="stopped">The other voter.</param>
    /// <param name="now">The time of the call.</param>
    /// <param name="refusal">What is wrong and what to do about it; empty when it has begun.</param>
    /// <returns>
    /// False, with the reason, when the configuration is joint or has not exactly two voters, the other has the majority by itself, this node has not
    /// been in step since it started (<see cref="ReplicatedLogStatus.IsInStep"/>), the intent is not durable, the other has been heard since it was
    /// noted, or this node has promised patience that has yet to run out: then the same call succeeds a little later.
    /// </returns>
    bool TryGoAlone(NodeId stopped, MonotonicTime now, out string refusal);

    /// <summary>Reports that all writes with tickets up to and including <paramref name="ticket"/> are on disk (S7).</summary>
    void Persisted(ulong ticket, MonotonicTime now);

    /// <summary>
    /// Stops leading at once because this process noticed that it had been stalled (L3): what it believed about its
    /// followers is stale. Does nothing on a follower.
    /// </summary>
    void Abdicate(MonotonicTime now);
}
