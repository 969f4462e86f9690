namespace Cluster.Transport;

/// <summary>
/// Puts a stream over a connected one before anything is sent on it, to encrypt and authenticate it. Runs under the deadline of the
/// hello; failing refuses the connection.
/// </summary>
public delegate ValueTask<UpgradedStream> StreamUpgrade(Stream stream, LinkUpgradeContext context, CancellationToken cancellation);
