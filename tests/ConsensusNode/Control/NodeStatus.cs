namespace Cluster.ConsensusNode.Control;

/// <summary>What a node knows of itself.</summary>
/// <param name="Role">Its part: Follower, PreCandidate, Candidate, Leader.</param>
/// <param name="Term">The current term.</param>
/// <param name="Leader">The leader it knows; 0 for none.</param>
/// <param name="Commit">The last committed entry.</param>
/// <param name="Applied">The last applied entry.</param>
/// <param name="Count">Commands applied since the beginning of the log.</param>
/// <param name="Hash">Of all of them, in order: equal on nodes that applied the same.</param>
/// <param name="OpenMs">Milliseconds that opening the data folder took.</param>
/// <param name="Recovered">Entries found in it.</param>
public sealed record NodeStatus(
    string Role, ulong Term, uint Leader, ulong Commit, ulong Applied, ulong Count, ulong Hash, double OpenMs, int Recovered)
{
    /// <summary>True on a leader that has committed an entry of its own term.</summary>
    public bool Leads { get; init; }

    /// <summary>The last entry in the snapshot that the log begins with; 0 when there is none.</summary>
    public ulong Snapshot { get; init; }

    /// <summary>The voters of the newest configuration in its log.</summary>
    public IReadOnlyList<uint> Voters { get; init; } = [];

    /// <summary>The learners of it.</summary>
    public IReadOnlyList<uint> Learners { get; init; } = [];

    /// <summary>True while a change is under way.</summary>
    public bool IsChanging { get; init; }
}
