namespace Cluster.Transport;

/// <summary>What waits in a <see cref="SendQueue"/>: bytes, or a frame still to be written.</summary>
internal readonly record struct QueuedFrame(ReadOnlyMemory<byte> Bytes, OutgoingFrame? Frame)
{
    /// <summary>The length of its body.</summary>
    public int Length => Frame?.Length ?? Bytes.Length;

    /// <summary>Puts it into the connection's output buffer.</summary>
    public void BufferTo(FrameConnection connection)
    {
        if (Frame is null)
        {
            connection.Buffer(Bytes.Span);
        }
        else
        {
            connection.Buffer(Frame);
        }
    }
}
