namespace Cluster.Api.Contract;

/// <summary>A member of a group.</summary>
/// <param name="Member">This stay: the log index of its join.</param>
/// <param name="Slot">Its small integer, stable while it stays.</param>
/// <param name="Node">The node it runs on.</param>
/// <param name="Incarnation">The life of that node.</param>
/// <param name="Endpoint">Where the other members reach it.</param>
/// <param name="Acknowledged">The newest generation it has recovered.</param>
public sealed record GroupMemberDocument(
    ulong Member, int Slot, string Node, ulong Incarnation, string Endpoint, ulong Acknowledged);

/// <summary>A member that is gone, of which the next start will tell.</summary>
/// <param name="Member">The stay that is over.</param>
/// <param name="Slot">The slot it had.</param>
/// <param name="Node">The node it ran on.</param>
/// <param name="Incarnation">The life of that node.</param>
/// <param name="Clean">Whether it is proven stopped, or left by its own wish.</param>
public sealed record DepartedMemberDocument(ulong Member, int Slot, string Node, ulong Incarnation, bool Clean);
