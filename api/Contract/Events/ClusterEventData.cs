namespace Cluster.Api.Contract;

/// <summary>The settings of the whole cluster were changed. <c>GET /v1/settings</c> shows them.</summary>
/// <param name="Version">The version that the change made; the first change makes 1.</param>
/// <param name="Who">Who changed them; absent when nobody said.</param>
public sealed record SettingsChangedData(ulong Version, string? Who) : EventData;

/// <summary>Who votes, after a committed step of a change.</summary>
/// <param name="Voters">The voters.</param>
/// <param name="Outgoing">The voters of the half that is being left; empty unless two majorities are needed for now.</param>
/// <param name="Learners">The numbers of the nodes that hold the whole state and do not vote.</param>
public sealed record VotersChangedData(
    IReadOnlyList<EventVoter> Voters, IReadOnlyList<EventVoter> Outgoing, IReadOnlyList<uint> Learners) : EventData;

/// <summary>A voter as events tell of it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Votes">What its vote counts.</param>
public sealed record EventVoter(uint Id, uint Votes);

/// <summary>Wait-for-all is satisfied: the cluster goes on.</summary>
/// <param name="Who">Who said to go on without the nodes not seen; absent when all were seen.</param>
public sealed record ClusterAssembledData(string? Who) : EventData;
