using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>Asks what a cluster survives: this one, or one that is described here. Nothing is changed.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QuorumSimulationRequest
{
    /// <summary>The nodes, by number. Left out: those of the cluster, with its settings.</summary>
    public IReadOnlyList<SimulatedNode>? Nodes { get; init; }

    /// <summary>Two-node mode. Left out: the cluster's setting, or false when nodes are given.</summary>
    public bool? TwoNode { get; init; }

    /// <summary>In two-node mode, the node that begins when both live and do not hear each other. Left out: the cluster's setting, or the first.</summary>
    public string? Favoured { get; init; }

    /// <summary>Last man standing: a voter that is fenced and stays away ceases to vote, down to three voters (two in two-node mode). Left out: the cluster's setting, or false.</summary>
    public bool? LastManStanding { get; init; }

    /// <summary>Wait-for-all: nothing is done after a cold start until all were seen. Left out: the cluster's setting, or false.</summary>
    public bool? WaitForAll { get; init; }

    /// <summary>Up to how many nodes vote by themselves. Left out: the cluster's setting, or as many as vote.</summary>
    public int? VotersWanted { get; init; }

    /// <summary>Nodes that fail: the answer says what becomes of the cluster when they fail at once, and when they fail in this order.</summary>
    public IReadOnlyList<string>? Fail { get; init; }

    /// <summary>Sides that do not reach each other, each a list of nodes; nodes on no side have failed. The answer says which side goes on.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Partition { get; init; }
}

/// <summary>A node in a question about quorum.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SimulatedNode
{
    /// <summary>Its name. Required.</summary>
    public string? Name { get; init; }

    /// <summary>What its vote counts while it votes, 1 to 1000. Left out: 1.</summary>
    public int? Votes { get; init; }

    /// <summary>Whether it does not vote, and takes the seat of a voter that is fenced and stays away. Left out: false.</summary>
    public bool? Learner { get; init; }

    /// <summary>Whether it votes and holds no lock manager. Left out: false.</summary>
    public bool? Arbiter { get; init; }

    /// <summary>Whether a fence device can stop it. Left out: true.</summary>
    public bool? CanBeFenced { get; init; }
}
