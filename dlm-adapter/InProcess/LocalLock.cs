using Cluster.Locks.Contract;
using Cluster.Locks.Hosting;

namespace Cluster.Locks.InProcess;

/// <summary>A lock held by this process.</summary>
internal sealed class LocalLock : ManagedLock
{
    private readonly LockSpaceHost _host;
    private readonly ResourceName _name;
    private readonly Seat _seat;

    public LocalLock(LockSpaceHost host, ResourceName name, LockRequestOptions? options, NoticeDispatcher notices)
        : base(host.Name, name.ToString(), options, host.Loss, notices)
    {
        _host = host;
        _name = name;
        _seat = new Seat(this);
    }

    public override bool IsValid => base.IsValid && _host.IsLeaseHeld;

    protected override void SendRequest(LockMode mode, LockFlags flags) => _host.Request(_seat, _name, mode, flags);

    protected override void SendConvert(LockMode mode, LockFlags flags) => _host.Convert(_seat, mode, flags);

    protected override void SendCancel() => _host.Cancel(_seat);

    protected override void SendRelease() => _host.Release(_seat);

    /// <summary>The lock's place in the space.</summary>
    private sealed class Seat(LocalLock owner) : HostedLock
    {
        protected internal override void OnGranted(LockGrant held) => owner.OnGranted(held);

        protected internal override void OnFailed(LockFailure failure, string text, LockGrant? held) =>
            owner.OnFailed(failure, text, held);

        protected internal override void OnBlocking(LockMode mode) => owner.OnBlocking(mode);

        protected internal override void OnLost(string reason) => owner.OnLost();
    }
}
