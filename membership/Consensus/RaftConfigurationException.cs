namespace Cluster.Consensus;

/// <summary>The settings of a voter contradict each other. The message shows the arithmetic and what to change.</summary>
public sealed class RaftConfigurationException(string message) : Exception(message);
