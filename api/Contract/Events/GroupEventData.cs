namespace Cluster.Api.Contract;

/// <summary>A group's generation is over.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Generation">The generation that ends.</param>
/// <param name="Reason">Why.</param>
/// <param name="Departed">The stays of members that are gone or leaving.</param>
public sealed record GroupStopData(string Group, ulong Generation, string Reason, IReadOnlyList<ulong> Departed) : EventData;

/// <summary>A group's new generation: every departed member is proven stopped or left by its own wish.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Generation">The new generation.</param>
/// <param name="Members">The members, by slot.</param>
/// <param name="Departed">Those of the generation before that are not members any more.</param>
public sealed record GroupStartData(
    string Group, ulong Generation, IReadOnlyList<GroupEventMember> Members, IReadOnlyList<GroupEventMember> Departed) : EventData;

/// <summary>All members of a group have acknowledged.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Generation">The generation.</param>
public sealed record GroupReadyData(string Group, ulong Generation) : EventData;

/// <summary>A member as events tell of it.</summary>
/// <param name="Member">This stay: the log index of its join.</param>
/// <param name="Slot">Its small integer.</param>
/// <param name="Node">The node it runs on.</param>
/// <param name="Incarnation">The life of that node.</param>
/// <param name="Endpoint">Where the other members reach it.</param>
public sealed record GroupEventMember(ulong Member, int Slot, string Node, ulong Incarnation, string Endpoint);
