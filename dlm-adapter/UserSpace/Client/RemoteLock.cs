using Cluster.Locks.Contract;
using Cluster.Locks.UserSpace.Protocol;

namespace Cluster.Locks.UserSpace.Client;

/// <summary>A lock that lockd holds for this process.</summary>
internal sealed class RemoteLock(
    LockdClient client, ulong number, string resource, LockRequestOptions? options, LossSignal loss, NoticeDispatcher notices)
    : ManagedLock(client.Name, resource, options, loss, notices)
{
    protected override void SendRequest(LockMode mode, LockFlags flags) => client.Send(new ClientMessage
    {
        TakeLock = new TakeLock { Lock = number, Resource = Resource, Mode = mode.ToWire(), Flags = (uint)flags },
    });

    protected override void SendConvert(LockMode mode, LockFlags flags) => client.Send(new ClientMessage
    {
        ConvertLock = new ConvertLock { Lock = number, Mode = mode.ToWire(), Flags = (uint)flags },
    });

    protected override void SendCancel() => client.Send(new ClientMessage { CancelConversion = new CancelConversion { Lock = number } });

    protected override void SendRelease()
    {
        client.Forget(number);
        client.Send(new ClientMessage { ReleaseLock = new ReleaseLock { Lock = number } });
    }
}
