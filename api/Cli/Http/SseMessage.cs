namespace Cluster.Api.Cli.Http;

/// <summary>One server-sent event.</summary>
/// <param name="Event">Its name, or null.</param>
/// <param name="Id">Its id, or null.</param>
/// <param name="Data">Its data.</param>
internal sealed record SseMessage(string? Event, string? Id, string Data);
