using Cluster.Locks.Contract;
using Cluster.Locks.Hosting;
using Cluster.Locks.UserSpace.Protocol;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>A client's lock in the lock space: passes on what the space says.</summary>
internal sealed class SessionLock(Session session, ulong number) : HostedLock
{
    protected internal override void OnGranted(LockGrant held) =>
        session.Send(new ServerMessage { Granted = new Granted { Lock = number, Held = held.ToWire() } });

    protected internal override void OnFailed(LockFailure failure, string text, LockGrant? held)
    {
        if (held is null)
        {
            session.Forget(number); // Before the answer: the client may use the number again once it has it.
        }

        session.Send(Session.ToFailed(number, failure, text, held));
    }

    protected internal override void OnBlocking(LockMode mode) =>
        session.Send(new ServerMessage { Blocking = new Blocking { Lock = number, Mode = mode.ToWire() } });

    protected internal override void OnLost(string reason)
    {
        // The session tells its client once for all locks.
    }
}
