using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>All that a machine needs to become a node: it was admitted, and its daemon may be started with this.</summary>
public sealed record JoinDocument
{
    /// <summary>The cluster's id.</summary>
    public required string Cluster { get; init; }

    /// <summary>The node as it was admitted.</summary>
    public required NodeDocument Node { get; init; }

    /// <summary>The nodes that the cluster began with, all of them, removed ones too: every node begins with the same.</summary>
    public required IReadOnlyList<JoinPeer> Founders { get; init; }

    /// <summary>The nodes that there are now.</summary>
    public required IReadOnlyList<JoinPeer> Peers { get; init; }

    /// <summary>Whether the links between nodes are secured.</summary>
    public required PeerLinks Links { get; init; }

    /// <summary>The certificates of the cluster's CA, in PEM; absent with plain links.</summary>
    public string? Authority { get; init; }

    /// <summary>The node's certificate in PEM, when one was asked for and the answering node holds the CA's key.</summary>
    public string? Certificate { get; init; }
}

/// <summary>A node as another one needs to know it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Addresses">Where it is reached, the preferred one first; empty when nobody knows any more.</param>
public sealed record JoinPeer(uint Id, string Name, IReadOnlyList<string> Addresses);

/// <summary>How the links between nodes are secured.</summary>
[JsonConverter(typeof(KebabCaseConverter<PeerLinks>))]
public enum PeerLinks
{
    /// <summary>They are not: whoever reaches the peer port may speak as any node.</summary>
    Plain,

    /// <summary>By mutual TLS with certificates of the cluster's own CA.</summary>
    Tls,
}
