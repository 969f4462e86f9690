namespace Cluster.Transport;

/// <summary>The listener answered a hello with a refusal; the message is its reason.</summary>
public sealed class LinkRefusedException(string message) : IOException(message);
