using System.Net;

namespace Cluster.Transport;

/// <summary>What is known of a connection before its hello.</summary>
/// <param name="IsDialer">True on the end that connected.</param>
/// <param name="Remote">The other end's address.</param>
/// <param name="RemoteNode">On the dialer: the node it means to reach.</param>
public readonly record struct LinkUpgradeContext(bool IsDialer, EndPoint? Remote, uint? RemoteNode);
