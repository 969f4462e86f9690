using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Simulation.Disks;

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
        new("acknowledge-before-persisted", "S7, etcd #14370", "votes and acknowledges before the write is on disk")
        {
            Raft = RaftMutations.AcknowledgeBeforePersisted,
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
