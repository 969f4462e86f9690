namespace Cluster.Api.Server.Configuration;

/// <summary>The configuration can't be used. The message lists everything that is wrong, a line each: file, line, key, what to do.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
