using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>A member of a group as the others need to know it.</summary>
/// <param name="Id">This stay of this process in the group.</param>
/// <param name="Slot">The lowest small integer (from 0) that was free when it joined; stable while it stays.</param>
/// <param name="Node">The node it runs on.</param>
/// <param name="NodeName">That node's name.</param>
/// <param name="Incarnation">The life of the node it belongs to.</param>
/// <param name="Endpoint">Where the other members reach it, e.g. <c>127.0.0.1:7301</c>.</param>
public sealed record GroupMember(
    MemberId Id,
    int Slot,
    NodeId Node,
    string NodeName,
    Incarnation Incarnation,
    string Endpoint);
