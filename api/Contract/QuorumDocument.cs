using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>Quorum as the answering node sees it.</summary>
public sealed record QuorumDocument
{
    /// <summary>True when the answering node knows itself to belong to a majority: it leads a confirmed majority or holds a lease.</summary>
    public required bool Quorate { get; init; }

    /// <summary>The leader's name; absent when none is known.</summary>
    public string? Leader { get; init; }

    /// <summary>The consensus term.</summary>
    public required ulong Term { get; init; }

    /// <summary>The part that the answering node plays.</summary>
    public required ConsensusRole Role { get; init; }

    /// <summary>What all votes count together.</summary>
    public required int Votes { get; init; }

    /// <summary>How many votes make a majority: more than half.</summary>
    public required int Majority { get; init; }

    /// <summary>What the votes of voters that are up count together.</summary>
    public int VotesUp { get; init; }

    /// <summary>How many voters are up.</summary>
    public required int VotersUp { get; init; }

    /// <summary>The nodes that vote, by number; while that is being changed, those that stay or come.</summary>
    public IReadOnlyList<string> Voters { get; init; } = [];

    /// <summary>While it is being changed who votes: those that voted before, whose majority is needed too. Empty otherwise.</summary>
    public IReadOnlyList<string> Outgoing { get; init; } = [];

    /// <summary>The nodes that get everything and do not vote.</summary>
    public IReadOnlyList<string> Learners { get; init; } = [];

    /// <summary>
    /// Wait-for-all: the nodes that were not seen since the whole cluster started, without which nothing is granted. Only the leader knows; empty when nobody is waited for.
    /// </summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>
    /// The nodes of which nobody has heard since the cluster was last assembled, and which the settings leave to an operator. Only the leader knows.
    /// </summary>
    public IReadOnlyList<string> LeftToOperator { get; init; } = [];

    /// <summary>Why who votes could not be changed as it should be; absent when nothing is held up. Only the leader knows.</summary>
    public string? VotersHeldUp { get; init; }

    /// <summary>The quorum policies in force.</summary>
    public QuorumValues? Policy { get; init; }

    /// <summary>The version of the settings in force; 0 before the cluster has any.</summary>
    public ulong SettingsVersion { get; init; }

    /// <summary>The answering node's lease.</summary>
    public required LeaseDocument Lease { get; init; }

    /// <summary>The last log index known to be committed.</summary>
    public required ulong CommitIndex { get; init; }

    /// <summary>The last log index applied on the answering node.</summary>
    public required ulong AppliedIndex { get; init; }
}

/// <summary>A node's right to act as a member. It ends by that node's own clock.</summary>
/// <param name="Held">Whether it runs at this moment.</param>
/// <param name="RemainingMs">Milliseconds until it ends; 0 when it is not held.</param>
public sealed record LeaseDocument(bool Held, long RemainingMs);

/// <summary>A node's part in the replicated log.</summary>
[JsonConverter(typeof(KebabCaseConverter<ConsensusRole>))]
public enum ConsensusRole
{
    /// <summary>Follows a leader, or waits for one.</summary>
    Follower,

    /// <summary>Asks whether it could win an election.</summary>
    PreCandidate,

    /// <summary>Stands for election.</summary>
    Candidate,

    /// <summary>Leads.</summary>
    Leader,
}
