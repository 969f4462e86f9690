namespace Cluster.Fencing;

/// <summary>A device is not configured as its agent needs. The message names device and parameter, and never a secret.</summary>
public sealed class FenceConfigurationException(string message) : Exception(message);
