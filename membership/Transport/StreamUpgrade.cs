using System.Net;

namespace Cluster.Transport;

/// <summary>What is known of a connection before its hello.</summary>
/// <param name="IsDialer">True on the end that connected.</param>
/// <param name="Remote">The other end's address.</param>
/// <param name="RemoteNode">On the dialer: the node it means to reach.</param>
public readonly record struct LinkUpgradeContext(bool IsDialer, EndPoint? Remote, uint? RemoteNode);

/// <summary>
/// Puts a stream over a connected one before anything is sent on it, to encrypt and authenticate it. The result owns the
/// stream it was given. Runs under the deadline of the hello; failing refuses the connection.
/// </summary>
public delegate ValueTask<Stream> StreamUpgrade(Stream stream, LinkUpgradeContext context, CancellationToken cancellation);

/// <summary>
/// Decides about a peer whose hello fits: null admits it, a text refuses it and is sent to it. The stream is what the upgrade
/// made, so that a certificate can be compared with what the hello claims. Must be cheap.
/// </summary>
public delegate string? LinkAdmission(LinkPeer peer, Stream stream);
