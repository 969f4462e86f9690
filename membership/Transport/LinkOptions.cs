namespace Cluster.Transport;

/// <summary>Settings of links; the same record serves both ends.</summary>
public sealed record LinkOptions
{
    /// <summary>Who this end is.</summary>
    public required LinkIdentity Identity { get; init; }

    /// <summary>The greatest frame, in bytes; the same on all ends.</summary>
    public int MaxFrameBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The most frames that wait in one queue.</summary>
    public int MaxQueuedFrames { get; init; } = 16 * 1024;

    /// <summary>The most bytes that wait in one queue; a single frame may be larger.</summary>
    public long MaxQueuedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>What a full queue drops.</summary>
    public QueueOverflow Overflow { get; init; } = QueueOverflow.DropOldest;

    /// <summary>The deadline of connecting, upgrade and hello together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A write that takes longer ends the connection: the other end reads no more.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>When the queue overflows, a write that has taken longer than this already ends the connection.</summary>
    public TimeSpan OverflowGrace { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The first pause after a failed attempt; it doubles up to <see cref="MaxBackoff"/>. Each is shortened by a random
    /// part of up to a half.
    /// </summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause between attempts.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most connections of a listener whose hello is still to come; more are closed at once.</summary>
    public int MaxPendingHellos { get; init; } = 256;

    /// <summary>
    /// On a listener: so many connections are read on a thread of their own, those beyond on the pool. It spares each arriving frame
    /// a change of threads, and keeps it apart from whatever else keeps the pool busy.
    /// </summary>
    public int ReaderThreads { get; init; }

    /// <summary>Encrypts and authenticates; null for plain TCP.</summary>
    public StreamUpgrade? Upgrade { get; init; }

    /// <summary>On a listener: admits peers; null admits all whose hello fits.</summary>
    public LinkAdmission? Admission { get; init; }
}
