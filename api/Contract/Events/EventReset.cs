namespace Cluster.Api.Contract;

/// <summary>
/// Sent on an event stream as <c>event: reset</c>: the events asked for are not retained any more. Read <c>/v1/cluster</c>: it shows
/// the cluster at <paramref name="Position"/> or later. The stream goes on after <paramref name="Position"/>.
/// </summary>
/// <param name="Position">Where the stream goes on.</param>
/// <param name="TrimmedThrough">Events up to here are gone.</param>
/// <param name="Snapshot">Where to read the state.</param>
public sealed record EventReset(string Position, string TrimmedThrough, string Snapshot = "/v1/cluster");
