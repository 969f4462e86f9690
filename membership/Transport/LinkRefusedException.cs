namespace Cluster.Transport;

/// <summary>One end refused the other before any frame: the listener by its answer, or this end by what the upgrade showed.</summary>
public sealed class LinkRefusedException(string message) : IOException(message);
