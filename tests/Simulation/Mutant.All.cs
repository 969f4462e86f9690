using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Simulation.Disks;
using Cluster.Storage;

namespace Cluster.Simulation;

internal sealed partial record Mutant
{
    /// <summary>All mutants.</summary>
    public static readonly IReadOnlyList<Mutant> All =
    [
        new("declare-down-early", "S2", "declares a node down when only half of its lease has run out")
        {
            Membership = MembershipMutations.DeclareDownEarly,
        },
        new("restart-group-before-evidence", "S3", "starts a group before its departed members are proven stopped")
        {
            Membership = MembershipMutations.RestartGroupBeforeEvidence,
        },
        new("longer-lease-forgotten", "S2", "reckons the end of every lease with the length that leases have now, though they were longer")
        {
            Membership = MembershipMutations.ForgetLongerLease,
        },
        new("expelled-counted-as-clean", "S3", "goes on without a member that did not acknowledge, though its process may still act")
        {
            Membership = MembershipMutations.CountExpelledAsClean,
        },
        new("acknowledge-before-persisted", "S7, etcd #14370", "votes and acknowledges before the write is on disk")
        {
            Raft = RaftMutations.AcknowledgeBeforePersisted,
        },
        new("own-copy-counted-early", "S7, etcd #14370", "a leader counts its own copy of an entry before it is on disk")
        {
            Raft = RaftMutations.CountsOwnCopyEarly,
        },
        new("vote-forgotten-at-restart", "election safety", "a voter that restarts has forgotten its vote, as if it had been told before it was on disk")
        {
            Raft = RaftMutations.ForgetsVoteAtRestart,
        },
        new("votes-while-hearing-a-leader", "S2, L3", "votes, and pre-votes, have no patience with the leader that is heard")
        {
            Raft = RaftMutations.VotesWhileHearingLeader,
        },
        new("votes-right-after-restart", "S2", "a voter that has just restarted votes at once, though it has forgotten when it heard the leader")
        {
            Raft = RaftMutations.VotesRightAfterRestart,
        },
        new("pre-vote-skipped", "L3", "stands for election without asking first")
        {
            Raft = RaftMutations.SkipsPreVote,
        },
        new("leads-without-quorum", "check-quorum", "a leader that no majority answers goes on leading")
        {
            Raft = RaftMutations.LeadsWithoutQuorum,
        },
        new("older-term-committed-by-count", "leader completeness", "commits an entry of an earlier term by counting copies (Raft figure 8)")
        {
            Raft = RaftMutations.CommitsOlderTermsByCount,
        },
        new("stale-append-truncates", "S1, S7", "an append that ends earlier than the log cuts the log there")
        {
            Raft = RaftMutations.TruncatesOnStaleAppend,
        },
        new("one-half-counted", "configuration, S7", "a joint configuration is counted by its incoming half alone")
        {
            Raft = RaftMutations.CountsOneHalf,
        },
        new("configuration-at-commit", "configuration, S7", "a configuration is in force only once it is committed")
        {
            Raft = RaftMutations.AppliesConfigurationAtCommit,
        },
        new("learners-counted", "configuration, S7", "learners count as voters do")
        {
            Raft = RaftMutations.CountsLearners,
        },
        new("heads-counted", "S7", "counts voters instead of their votes")
        {
            Raft = RaftMutations.CountsHeads,
        },
        new("reweighed-in-one-step", "configuration", "changes what votes count without a joint configuration")
        {
            Raft = RaftMutations.ReweighsInOneStep,
        },
        new("other-sessions-counted", "S7, raft-rs", "answers from before a node was removed and added again count")
        {
            Raft = RaftMutations.CountsOtherSessions,
        },
        new("change-during-change", "configuration", "a change of the configuration begins while another is under way")
        {
            Raft = RaftMutations.ChangesDuringChange,
        },
        new("lease-kept-while-handing-over", "S2", "a leader that hands over goes on telling that nobody else can be elected")
        {
            Raft = RaftMutations.KeepsLeaseWhileHandingOver,
        },
        new("promise-counted-from-arrival", "S2", "a promise counts from the moment that the answer arrives")
        {
            Raft = RaftMutations.CountsPromisesFromArrival,
        },
        new("patience-shortened-at-once", "S2", "a voter that becomes less patient forgets what it promised")
        {
            Raft = RaftMutations.ShortensPatienceAtOnce,
        },
        new("own-patience-counted", "S2", "a leader takes its own patience for that of its voters")
        {
            Raft = RaftMutations.CountsOwnPatience,
        },
        new("alone-beside-a-running-peer", "S1, S2, S7, election safety, log matching, leader completeness", "one of two voters goes on without the other, which was not stopped")
        {
            FencerLies = true,
        },
        new("alone-out-of-step", "S1, S7, election safety, log matching, leader completeness, linearizability", "one of two voters goes on from boot, though the other may have gone on without it")
        {
            Raft = RaftMutations.GoesAloneOutOfStep,
        },
        new("alone-impatiently", "S2", "one of two voters goes on without the other before what it promised has run out")
        {
            Raft = RaftMutations.GoesAloneImpatiently,
        },
        new("aborted-transfer-honoured", "S2", "a transfer of leadership that was given up still counts")
        {
            Raft = RaftMutations.HonoursAbortedTransfers,
        },
        new("newcomer-trusted", "election safety", "a node with an empty disk goes by old configurations in which its number was a voter")
        {
            Raft = RaftMutations.TrustsNewcomers,
        },
        new("snapshot-referenced-early", "S7, etcd #10219", "the log refers to a snapshot before its file is saved")
        {
            Raft = RaftMutations.ReferencesSnapshotsBeforeSaved,
        },
        new("conflict-kept-at-install", "S1, nats-server #7567", "a log that differs from an installed snapshot is kept")
        {
            Raft = RaftMutations.InstallKeepsConflictingEntries,
        },
        new("compacted-beyond-applied", "S1, etcd #13766", "a snapshot is labelled with a later entry than its state holds")
        {
            Raft = RaftMutations.CompactsBeyondApplied,
        },
        new("chunk-checks-ignored", "S1", "damaged pieces of snapshots are taken for good")
        {
            Raft = RaftMutations.IgnoresChunkChecksums,
        },
        new("read-without-confirmation", "linearizability", "a read is answered without asking whether somebody else leads by now")
        {
            Raft = RaftMutations.ReadsWithoutConfirmation,
        },
        new("duplicates-applied", "S1, exactly once", "a request has its effect as often as it stands in the log")
        {
            Raft = RaftMutations.AppliesDuplicates,
        },
        new("truncation-not-replayed", "S7, etcd #22442", "entries that were cut off come back at the next start")
        {
            Storage = StorageMutations.TruncationNotReplayed,
        },
        new("torn-tail-refused", "S7, etcd #5230", "a write that a crash interrupted is taken for damage")
        {
            Storage = StorageMutations.TornTailRefused,
        },
        new("end-not-settled", "S7", "what a start reads counts as durable although only memory may hold it")
        {
            Storage = StorageMutations.EndNotSettled,
        },
        new("sync-skipped", "S7", "takes a write for durable that was never synced")
        {
            Disk = DiskMutations.SyncSkipped,
        },
        new("directory-not-synced", "S7", "never syncs the name of a new segment")
        {
            Disk = DiskMutations.DirectoryNotSynced,
        },
        new("failed-sync-retried", "S7, cockroach #37102", "tries a failed sync again and believes the second answer")
        {
            Disk = DiskMutations.FailedSyncRetried,
        },
        new("damage-ignored", "S7, nats-server #7567", "starts empty when the log is found damaged")
        {
            Disk = DiskMutations.DamageIgnored,
        },
    ];
}
