namespace Cluster.Transport;

/// <summary>A stream over a connected one, and what making it has shown of the other end.</summary>
/// <param name="Stream">Owns the stream below it.</param>
/// <param name="Disproof">
/// Why the other end is not the node of the given number, in words; null when it has proven to be. On the dialer it is asked for the
/// node it means to reach, on the listener for the one that the hello claims, in both cases before anything else counts. Null for an
/// upgrade that proves nothing.
/// </param>
public sealed record UpgradedStream(Stream Stream, Func<uint, string?>? Disproof = null);
