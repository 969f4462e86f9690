namespace Cluster.Transport;

/// <summary>
/// Puts a stream over a connected one before anything is sent on it, to encrypt and authenticate it. The result owns the
/// stream it was given. Runs under the deadline of the hello; failing refuses the connection.
/// </summary>
public delegate ValueTask<Stream> StreamUpgrade(Stream stream, LinkUpgradeContext context, CancellationToken cancellation);
