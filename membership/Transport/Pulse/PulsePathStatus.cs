namespace Cluster.Transport.Pulse;

/// <summary>What is known of one path of pulses.</summary>
/// <param name="LastEcho">How long ago it became known that a datagram had arrived over it; null before the first.</param>
/// <param name="RoundTrip">There and back, without the time in which the other end held it.</param>
/// <param name="Sent">Datagrams handed to the operating system.</param>
/// <param name="SentBytes">Their bytes.</param>
/// <param name="Errors">Datagrams that it did not take.</param>
public readonly record struct PulsePathStatus(TimeSpan? LastEcho, TimeSpan? RoundTrip, long Sent, long SentBytes, long Errors);
