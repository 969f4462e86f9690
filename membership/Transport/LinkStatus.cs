using System.Net;

namespace Cluster.Transport;

/// <summary>What an <see cref="OutboundLink"/> knows of one of its connections.</summary>
/// <param name="Remote">The node it leads to.</param>
/// <param name="Priority">The class of frames.</param>
/// <param name="IsConnected">True from an accepted hello until the connection is seen to be gone.</param>
/// <param name="RemoteSession">The session that the listener named last; 0 before.</param>
/// <param name="Connects">How often a hello was accepted.</param>
/// <param name="LastError">Why the last attempt or connection ended; null before.</param>
/// <param name="FramesSent">Frames handed to the operating system; they may still be lost.</param>
/// <param name="BytesSent">Their bytes, heads included.</param>
/// <param name="FramesDropped">Frames that a full queue dropped or a broken connection lost within a write.</param>
/// <param name="QueuedFrames">Frames that wait.</param>
/// <param name="QueuedBytes">Their bytes.</param>
public sealed record LinkStatus(
    uint Remote,
    LinkPriority Priority,
    bool IsConnected,
    ulong RemoteSession,
    long Connects,
    string? LastError,
    long FramesSent,
    long BytesSent,
    long FramesDropped,
    int QueuedFrames,
    long QueuedBytes)
{
    /// <summary>The other end of the last connection; null before the first.</summary>
    public IPEndPoint? RemoteEndPoint { get; init; }

    /// <summary>This end of the last connection; null before the first.</summary>
    public IPEndPoint? LocalEndPoint { get; init; }
}
