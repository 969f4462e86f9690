namespace Cluster.Api.Contract;

/// <summary>A node was added to the list of nodes; its daemon may join from now on.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Id">Its number.</param>
/// <param name="Addresses"><c>host:port</c> of each of its peer endpoints, the preferred one first.</param>
/// <param name="Votes">What its vote counts once it votes.</param>
/// <param name="Arbiter">It votes and holds no lock manager.</param>
/// <param name="Labels">What operators noted about it.</param>
/// <param name="Who">Who added it; absent when nobody said.</param>
public sealed record NodeAddedData(
    string Node,
    uint Id,
    IReadOnlyList<string> Addresses,
    uint Votes,
    bool Arbiter,
    IReadOnlyDictionary<string, string> Labels,
    string? Who) : EventData;

/// <summary>A node was taken off the list of nodes. Its number is never used again.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Id">Its number.</param>
/// <param name="Who">Who removed it; absent when nobody said.</param>
public sealed record NodeRemovedData(string Node, uint Id, string? Who) : EventData;

/// <summary>What is kept of a node, after a change of it.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Id">Its number.</param>
/// <param name="Addresses"><c>host:port</c> of each of its peer endpoints, the preferred one first; empty when only the nodes' own configurations say.</param>
/// <param name="Votes">What its vote counts while it votes.</param>
/// <param name="Maintenance">It is not switched off by itself.</param>
/// <param name="Draining">Lock managers on it are asked to leave their groups, and none may join.</param>
/// <param name="Labels">What operators noted about it.</param>
/// <param name="Who">Who changed it; absent when nobody said.</param>
public sealed record NodeChangedData(
    string Node,
    uint Id,
    IReadOnlyList<string> Addresses,
    uint Votes,
    bool Maintenance,
    bool Draining,
    IReadOnlyDictionary<string, string> Labels,
    string? Who) : EventData;
