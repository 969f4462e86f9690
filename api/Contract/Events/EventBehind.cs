namespace Cluster.Api.Contract;

/// <summary>
/// Sent on an event stream as <c>event: behind</c>, its last message: the reader was too slow, and the stream ends. Nothing is lost by that: read again
/// with <paramref name="ResumeAfter"/> (which is the message's id, so that <c>Last-Event-ID</c> is right by itself).
/// </summary>
/// <param name="Reason">In words, for people.</param>
/// <param name="ResumeAfter">The last event that was sent.</param>
public sealed record EventBehind(string Reason, string ResumeAfter);
