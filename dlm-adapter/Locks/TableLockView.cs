namespace Cluster.Locks;

/// <summary>What a master knows of one lock.</summary>
/// <param name="Resource">What it is on.</param>
/// <param name="State">Its queue.</param>
/// <param name="Granted">The mode held; NL while Waiting.</param>
/// <param name="Requested">The mode wanted; the mode held when nothing is wanted.</param>
/// <param name="Operation">Its newest operation.</param>
/// <param name="Token">The token of the mode held.</param>
/// <param name="Demoted">Its newest conversion had to give up the granted mode.</param>
public readonly record struct TableLockView(
    ResourceName Resource,
    TableLockState State,
    LockMode Granted,
    LockMode Requested,
    uint Operation,
    FencingToken Token,
    bool Demoted);
