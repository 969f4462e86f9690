namespace Cluster.Api.Contract;

/// <summary>A node was admitted.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Id">Its number.</param>
/// <param name="Addresses">Where the other nodes reach it.</param>
/// <param name="Votes">What its vote counts once it votes.</param>
/// <param name="Arbiter">Whether it votes and holds no lock manager.</param>
/// <param name="Who">Who admitted it; absent when a join token did.</param>
public sealed record NodeAddedData(string Node, uint Id, IReadOnlyList<string> Addresses, uint Votes, bool Arbiter, string? Who) : EventData;

/// <summary>A node was taken off the list.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Id">Its number, which is never used again.</param>
/// <param name="Who">Who removed it.</param>
public sealed record NodeRemovedData(string Node, uint Id, string Who) : EventData;

/// <summary>What is kept of a node was changed.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Addresses">Where the other nodes reach it; empty when only their configurations say it.</param>
/// <param name="Votes">What its vote counts while it votes.</param>
/// <param name="Maintenance">Whether it is in maintenance.</param>
/// <param name="Draining">Whether it is being drained.</param>
/// <param name="Labels">What is noted about it.</param>
/// <param name="Who">Who changed it; absent when it did itself, by joining.</param>
public sealed record NodeChangedData(
    string Node, IReadOnlyList<string> Addresses, uint Votes, bool Maintenance, bool Draining, IReadOnlyDictionary<string, string> Labels, string? Who) : EventData;

/// <summary>The settings were changed; <c>GET /v1/settings</c> has them.</summary>
/// <param name="Version">The version that is in force.</param>
/// <param name="Who">Who changed them.</param>
public sealed record SettingsChangedData(ulong Version, string Who) : EventData;

/// <summary>Who votes was changed.</summary>
/// <param name="Voters">The numbers of the nodes that vote.</param>
/// <param name="Votes">What each vote counts, in the same order.</param>
/// <param name="Outgoing">While the change is under way: the voters before, whose majority is needed too.</param>
/// <param name="Learners">The numbers of the nodes that do not vote.</param>
public sealed record VotersChangedData(
    IReadOnlyList<uint> Voters, IReadOnlyList<uint> Votes, IReadOnlyList<uint> Outgoing, IReadOnlyList<uint> Learners) : EventData;

/// <summary>The whole cluster had been down, and is assembled anew.</summary>
/// <param name="Who">Who said to go on without nodes that were not seen; absent when nobody had to.</param>
public sealed record ClusterAssembledData(string? Who) : EventData;
