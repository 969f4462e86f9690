using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>What a cluster survives.</summary>
public sealed record QuorumSimulationDocument
{
    /// <summary>The nodes that the answer is about.</summary>
    public required IReadOnlyList<SimulatedNode> Nodes { get; init; }

    /// <summary>Whether two-node mode was taken to be on.</summary>
    public required bool TwoNode { get; init; }

    /// <summary>Whether last man standing was taken to be on.</summary>
    public required bool LastManStanding { get; init; }

    /// <summary>Whether wait-for-all was taken to be on.</summary>
    public required bool WaitForAll { get; init; }

    /// <summary>How many nodes vote.</summary>
    public required int Voters { get; init; }

    /// <summary>All votes together.</summary>
    public required int Votes { get; init; }

    /// <summary>The votes that a majority needs.</summary>
    public required int Needed { get; init; }

    /// <summary>How many voters may fail at once.</summary>
    public required FailureCountDocument Simultaneous { get; init; }

    /// <summary>
    /// How many voters may fail one after another, each when all that follows from the one before is over; absent when there are too many kinds of
    /// voters to tell.
    /// </summary>
    public FailureCountDocument? Successive { get; init; }

    /// <summary>Every set of voters whose failure at once is survived, small ones first; absent with more than 10 voters.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Survived { get; init; }

    /// <summary>The least sets of voters whose failure at once is not survived; absent with more than 10 voters.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Fatal { get; init; }

    /// <summary>The nodes whose failure alone does harm.</summary>
    public required IReadOnlyList<SinglePointDocument> SinglePointsOfFailure { get; init; }

    /// <summary>How a start of the whole cluster goes, by the number of voters that do not come; up to the first number that never starts.</summary>
    public required IReadOnlyList<ColdStartDocument> ColdStarts { get; init; }

    /// <summary>Every split of the voters into two sides; absent with more than 10 voters.</summary>
    public IReadOnlyList<PartitionDocument>? Partitions { get; init; }

    /// <summary>When nodes were named: what becomes of the cluster when they fail at once.</summary>
    public FailureDocument? AtOnce { get; init; }

    /// <summary>When nodes were named: what becomes of it when they fail one after another, up to the one that stops it.</summary>
    public IReadOnlyList<FailureDocument>? InTurn { get; init; }

    /// <summary>When sides were named: which of them goes on.</summary>
    public PartitionDocument? Partition { get; init; }

    /// <summary>What is worth knowing about this design, in sentences.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }
}

/// <summary>How many failures are survived.</summary>
/// <param name="Guaranteed">This many, whichever they are.</param>
/// <param name="Possible">At most this many, if the right ones fail.</param>
public sealed record FailureCountDocument(int Guaranteed, int Possible);

/// <summary>A node whose failure alone does harm.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Harm">What harm.</param>
public sealed record SinglePointDocument(string Node, SinglePointHarm Harm);

/// <summary>What harm the failure of one node does.</summary>
[JsonConverter(typeof(KebabCaseConverter<SinglePointHarm>))]
public enum SinglePointHarm
{
    /// <summary>The others have no quorum without it.</summary>
    QuorumIsLost,

    /// <summary>The others are arbiters.</summary>
    NobodyServes,

    /// <summary>No device can prove it stopped: what it held waits for a human's word.</summary>
    NeedsHuman,
}

/// <summary>A start of the whole cluster without some voters.</summary>
/// <param name="Missing">How many do not come.</param>
/// <param name="Worst">When those with the most votes are missing.</param>
/// <param name="Best">When those with the fewest are.</param>
public sealed record ColdStartDocument(int Missing, ColdStartOutcome Worst, ColdStartOutcome Best);

/// <summary>How a start of the whole cluster goes.</summary>
[JsonConverter(typeof(KebabCaseConverter<ColdStartOutcome>))]
public enum ColdStartOutcome
{
    /// <summary>It starts.</summary>
    Starts,

    /// <summary>There is a majority, but wait-for-all holds it until all were seen or an operator says to go on without them.</summary>
    WaitsForAll,

    /// <summary>There is no majority.</summary>
    NoQuorum,
}

/// <summary>What becomes of a cluster after failures.</summary>
/// <param name="Failed">The nodes that failed.</param>
/// <param name="Survived">Whether lock managers go on being served.</param>
/// <param name="Verdict">Why.</param>
/// <param name="Votes">The votes that are left.</param>
/// <param name="Needed">The votes that a majority needs.</param>
/// <param name="NeedHuman">Failed nodes that no device can prove stopped: what they held waits for a human's word.</param>
public sealed record FailureDocument(
    IReadOnlyList<string> Failed, bool Survived, QuorumOutcome Verdict, int Votes, int Needed, IReadOnlyList<string> NeedHuman);

/// <summary>What becomes of a cluster that is split.</summary>
/// <param name="Sides">The sides.</param>
/// <param name="GoesOn">The side that goes on; absent when none does.</param>
/// <param name="Verdict">Why.</param>
/// <param name="NeedHuman">Nodes elsewhere that no device can prove stopped: what they held waits for a human's word.</param>
public sealed record PartitionDocument(
    IReadOnlyList<IReadOnlyList<string>> Sides, IReadOnlyList<string>? GoesOn, QuorumOutcome Verdict, IReadOnlyList<string> NeedHuman);

/// <summary>Why a cluster goes on, or does not.</summary>
[JsonConverter(typeof(KebabCaseConverter<QuorumOutcome>))]
public enum QuorumOutcome
{
    /// <summary>More than half of the votes are there.</summary>
    Majority,

    /// <summary>Two-node mode: one goes on as soon as it has proven the other stopped.</summary>
    ByFencing,

    /// <summary>There is quorum, but only arbiters are left.</summary>
    NobodyServes,

    /// <summary>No more than half of the votes are there.</summary>
    NoQuorum,
}
