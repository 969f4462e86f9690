namespace Cluster.Locks.Mastering.Tests.Simulation;

/// <summary>A promise was broken.</summary>
internal sealed class Violation(string promise) : Exception(promise);
