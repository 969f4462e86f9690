namespace Cluster.Consensus.Tests.Network;

/// <summary>A checker found a broken promise.</summary>
internal sealed class SafetyViolationException(string violation) : Exception(violation);
