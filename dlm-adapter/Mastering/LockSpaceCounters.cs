namespace Cluster.Locks.Mastering;

/// <summary>How much a member of a lock space holds, masters and has done. For status and metrics.</summary>
/// <param name="LocalLocks">Locks of this member's users: held, waiting or being released.</param>
/// <param name="MasteredResources">Resources that this member masters, unused ones included.</param>
/// <param name="MasteredLocks">Locks on them.</param>
/// <param name="DirectoryEntries">Resources that this member is the directory of.</param>
/// <param name="Deferred">Operations kept until granting resumes.</param>
/// <param name="Grants">Grants made as master since this member joined.</param>
/// <param name="MessagesSent">Messages sent, repeats included.</param>
/// <param name="MessagesReceived">Messages taken.</param>
public readonly record struct LockSpaceCounters(
    long LocalLocks,
    long MasteredResources,
    long MasteredLocks,
    long DirectoryEntries,
    long Deferred,
    long Grants,
    long MessagesSent,
    long MessagesReceived);
