namespace Cluster.Api.Cli.Joining;

/// <summary>What is the machine's own in the configuration of a node.</summary>
/// <param name="Data">The folder of its log.</param>
/// <param name="ApiListen">Where its API listens.</param>
/// <param name="Run">The folder of its sockets.</param>
internal sealed record LocalPlaces(string Data, string ApiListen, string Run);
