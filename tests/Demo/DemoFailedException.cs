namespace Cluster.Tests.Demo;

/// <summary>The demo can't go on; the message says why.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
