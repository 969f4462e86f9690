namespace Cluster.Transport.Security;

/// <summary>The files, in PEM (RFC 7468), with which a node proves who it is and tests its peers.</summary>
/// <param name="Authority">The certificate of the cluster's CA; more than one while a CA is being replaced.</param>
/// <param name="Certificate">The node's certificate, followed by intermediate ones if there are any.</param>
/// <param name="Key">Its private key; no other user may read it.</param>
public sealed record PeerTlsFiles(string Authority, string Certificate, string Key);
