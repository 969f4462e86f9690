using Cluster.Membership;

namespace Cluster.Locks.Hosting;

/// <summary>Takes what arrives for one member.</summary>
internal interface IMemberPortReceiver
{
    /// <summary>A message arrived. Called on read loops, in order for one sender's connection; must be cheap.</summary>
    void Received(MemberId from, ReadOnlyMemory<byte> message);
}
