using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cluster.Transport.Pulse;

/// <summary>Makes datagrams to one peer. Not safe for use by several threads at once.</summary>
internal sealed class PulseSealer : IDisposable
{
    private readonly uint _self;
    private readonly PulseOffer _offer;
    private readonly AesGcm? _cipher;
    private ulong _last;

    public PulseSealer(uint self, bool isSealed)
    {
        _self = self;
        _offer = PulseOffer.Draw(isSealed);
        _cipher = isSealed ? new AesGcm(_offer.Key.Span, PulseHead.TagBytes) : null;
    }

    /// <summary>What the receiver has to be told now.</summary>
    public PulseOffer Offer => _offer with { First = Volatile.Read(ref _last) + 1 };

    /// <summary>Makes a datagram. The same number is never used twice, also when the body is the same: every path's datagram is one of its own.</summary>
    /// <returns>Its length.</returns>
    public int Seal(byte path, ReadOnlySpan<byte> body, Span<byte> datagram)
    {
        ulong number = _last + 1;
        Volatile.Write(ref _last, number);
        new PulseHead(_cipher is not null, path, _self, _offer.Id, number).Write(datagram);
        Span<byte> sealedBody = datagram.Slice(PulseHead.Bytes, body.Length);
        if (_cipher is null)
        {
            body.CopyTo(sealedBody);
            return PulseHead.Bytes + body.Length;
        }

        Span<byte> nonce = stackalloc byte[PulseHead.NonceBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, number);
        _cipher.Encrypt(
            nonce, body, sealedBody, datagram.Slice(PulseHead.Bytes + body.Length, PulseHead.TagBytes), datagram[..PulseHead.Bytes]);
        return PulseHead.Bytes + body.Length + PulseHead.TagBytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher?.Dispose();
}
