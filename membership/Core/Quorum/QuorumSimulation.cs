namespace Cluster.Membership;

/// <summary>What a design survives.</summary>
public sealed record QuorumSimulation
{
    /// <summary>How many nodes vote.</summary>
    public required int Voters { get; init; }

    /// <summary>All votes together.</summary>
    public required int Votes { get; init; }

    /// <summary>The votes that a majority needs.</summary>
    public required int Needed { get; init; }

    /// <summary>Nodes whose failure alone does harm, by the order of the design.</summary>
    public required IReadOnlyList<SinglePoint> SinglePoints { get; init; }

    /// <summary>How many voters may fail at once.</summary>
    public required QuorumCount Simultaneous { get; init; }

    /// <summary>Every set of voters whose failure at once is survived, small ones first; null with more than <see cref="QuorumSimulator.MostEnumerated"/> voters.</summary>
    public required IReadOnlyList<IReadOnlyList<string>>? Survived { get; init; }

    /// <summary>The sets of voters whose failure at once is not survived and of which no smaller part does it too; null with more voters than that.</summary>
    public required IReadOnlyList<IReadOnlyList<string>>? Fatal { get; init; }

    /// <summary>
    /// How many voters may fail one after another, each so long after the one before that what follows a failure is over: the fencing, and with
    /// last man standing the end of its vote. Null when there are too many kinds of voters to tell.
    /// </summary>
    public required QuorumCount? Successive { get; init; }

    /// <summary>How a start of the whole cluster goes, by the number of voters that do not come.</summary>
    public required IReadOnlyList<ColdStart> ColdStarts { get; init; }

    /// <summary>Every split of the voters into two sides; null with more than <see cref="QuorumSimulator.MostEnumerated"/> voters.</summary>
    public required IReadOnlyList<QuorumPartition>? Partitions { get; init; }
}
