namespace Cluster.Locks.Contract;

/// <summary>A lock space at one moment, at one member.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="WaitsFor">What must happen before it goes on, for people; empty when it waits for nothing.</param>
/// <param name="LeaseHeld">False: the node's lease is gone and grants wait for its renewal.</param>
/// <param name="Generation">The generation the member knows; 0 before the first start.</param>
/// <param name="Members">Members in that generation.</param>
/// <param name="Counters">What the space did since this member joined.</param>
public sealed record LockSpaceStatus(
    LockSpaceState State,
    string WaitsFor,
    bool LeaseHeld,
    ulong Generation,
    int Members,
    LockSpaceCounters Counters);
