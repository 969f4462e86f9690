using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cluster.Transport.Pulse;

/// <summary>
/// What the sender of pulses tells the receiver over their link, which is trusted: by what its datagrams are known. Drawn anew by each process for each peer,
/// so no number is ever used twice with a key.
/// </summary>
/// <param name="Id">Names the key; on plain links the only thing that tells the peer's datagrams from a stranger's.</param>
/// <param name="Key">The key of AES-256-GCM; empty on plain links, where nothing is sealed.</param>
/// <param name="First">Datagrams with lower numbers were sent before this was told, and are not taken: they may have been heard by a former life of the receiver.</param>
public sealed record PulseOffer(ulong Id, ReadOnlyMemory<byte> Key, ulong First)
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Draws one.</summary>
    /// <param name="isSealed">Whether datagrams are to be sealed.</param>
    public static PulseOffer Draw(bool isSealed) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))),
        isSealed ? RandomNumberGenerator.GetBytes(KeyBytes) : ReadOnlyMemory<byte>.Empty,
        1);

    /// <inheritdoc/>
    public override string ToString() => $"pulse key {Id:x}";
}
