using Cluster.Membership;

namespace Cluster.Locks.Hosting;

/// <summary>Takes what arrives for one member.</summary>
internal interface IMemberPortReceiver
{
    /// <summary>A message arrived. Called on read loops, in order for one sender's connection; must be cheap.</summary>
    void Received(MemberId from, ReadOnlyMemory<byte> message);

    /// <summary>
    /// The link to a member was made anew: what was on its way to it may be lost. Called on a thread of the pool.
    /// </summary>
    void Reconnected(MemberId member);
}
