namespace Cluster.Locks.UserSpace.Server;

/// <summary>How a client's connection ended.</summary>
/// <param name="Orderly">The client said goodbye: it acts on nothing any more.</param>
/// <param name="Reason">For people.</param>
internal readonly record struct SessionEnd(bool Orderly, string Reason);
