using Cluster.Transport;

namespace Cluster.Runtime.Links;

/// <summary>A frame whose bytes are there already.</summary>
internal sealed class EncodedFrame(byte[] bytes) : OutgoingFrame
{
    /// <inheritdoc/>
    public override int Length => bytes.Length;

    /// <inheritdoc/>
    public override void Write(Span<byte> body) => bytes.CopyTo(body);
}
