using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>
/// One message between two members of a lock space. Sequence numbers count the messages of one member to another over both their
/// stays: they outlive broken connections and generations, so that nothing is lost or done twice when a link flaps.
/// </summary>
/// <param name="Generation">The sender's generation when the message came into being.</param>
/// <param name="Sequence">From 1, without gap; 0 for a bare acknowledgement (then <paramref name="Body"/> is null).</param>
/// <param name="Acknowledged">The last sequence number that the sender has taken from the receiver.</param>
/// <param name="Body">What it says.</param>
public sealed record LockMessage(Generation Generation, ulong Sequence, ulong Acknowledged, LockMessageBody? Body);
