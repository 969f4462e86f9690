namespace Cluster.Locks.Mastering.Tests.Simulation;

/// <summary>A lock as its user sees it.</summary>
internal sealed class UserLock(LockId id, string resource)
{
    public LockId Id { get; } = id;

    public string Resource { get; } = resource;

    public uint Operation { get; set; }

    public bool IsAsking { get; set; }

    public bool IsHeld { get; set; }

    public bool CancelTried { get; set; }

    public LockMode Mode { get; set; }

    public LockFlags Flags { get; set; }

    public override string ToString() => $"{Id} {Mode}";
}
