namespace Cluster.Transport;

/// <summary>
/// A frame that is written where it is sent from, when its turn comes, instead of being made before. What it is made of must not
/// change; it may be written on any thread, and more than once.
/// </summary>
public abstract class OutgoingFrame
{
    /// <summary>The length of its body, always the same.</summary>
    public abstract int Length { get; }

    /// <summary>Writes the body.</summary>
    /// <param name="body">Exactly <see cref="Length"/> bytes.</param>
    public abstract void Write(Span<byte> body);
}
