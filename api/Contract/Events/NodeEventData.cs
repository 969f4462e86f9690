namespace Cluster.Api.Contract;

/// <summary>A node has become a member as a new incarnation.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Incarnation">Its new life.</param>
/// <param name="ApiUrl">Where its REST API is reached.</param>
public sealed record NodeUpData(string Node, ulong Incarnation, string ApiUrl) : EventData;

/// <summary>A node was declared down: its lease has run out by its own clock.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Incarnation">The life that is over.</param>
/// <param name="Reason">Why.</param>
/// <param name="SilentMs">Milliseconds between the last contact and the proposal, by the leader's clock.</param>
public sealed record NodeDownData(string Node, ulong Incarnation, string Reason, long SilentMs) : EventData;

/// <summary>A node has left by its own wish.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Incarnation">The life that is over.</param>
public sealed record NodeLeftData(string Node, ulong Incarnation) : EventData;

/// <summary>A node is proven stopped.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Incarnation">The life that is over.</param>
/// <param name="Evidence">What proves it.</param>
/// <param name="Operation">The fence operation; 0 when there was none.</param>
/// <param name="Who">Who gave a human's word; absent otherwise.</param>
public sealed record NodeFencedData(string Node, ulong Incarnation, Evidence Evidence, ulong Operation, string? Who) : EventData;

/// <summary>An event of a kind that this daemon does not know yet: a newer one wrote it. Its position still counts.</summary>
public sealed record UnknownData : EventData;
