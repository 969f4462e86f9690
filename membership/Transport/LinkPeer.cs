namespace Cluster.Transport;

/// <summary>Who is at the other end of an inbound connection, as it said in its hello.</summary>
/// <param name="Node">Its number.</param>
/// <param name="Session">Tells lives of that node apart: an incarnation, or a number drawn at process start.</param>
/// <param name="Priority">The class of the frames that come over this connection.</param>
/// <param name="FeatureLevel">What it understands of what is spoken.</param>
public readonly record struct LinkPeer(uint Node, ulong Session, LinkPriority Priority, uint FeatureLevel = LinkIdentity.FirstFeatureLevel);
