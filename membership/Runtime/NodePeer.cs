using Cluster.Consensus;

namespace Cluster.Runtime;

/// <summary>A node of the cluster as every node's configuration names it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Host">Host name or address of its peer endpoint.</param>
/// <param name="Port">TCP port of its peer endpoint.</param>
public sealed record NodePeer(NodeId Id, string Name, string Host, int Port);
