namespace Cluster.Transport;

/// <summary>
/// Decides about a peer whose hello fits: null admits it, a text refuses it and is sent to it. The stream is what the upgrade
/// made, so that a certificate can be compared with what the hello claims. Must be cheap.
/// </summary>
public delegate string? LinkAdmission(LinkPeer peer, Stream stream);
