using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cluster.Transport.Pulse;

/// <summary>Takes datagrams of one process of a peer. On the pulse thread only.</summary>
internal sealed class PulseOpener
{
    private readonly AesGcm? _cipher;
    private ReplayWindow _datagrams;
    private ReplayWindow _messages;

    /// <summary>Makes one of what the process told.</summary>
    /// <param name="offer">What it told.</param>
    /// <param name="owner">The process.</param>
    public PulseOpener(PulseOffer offer, LinkPeer owner)
    {
        Id = offer.Id;
        Owner = owner;
        _cipher = offer.Key.IsEmpty ? null : new AesGcm(offer.Key.Span, PulseHead.TagBytes);
        _datagrams = new ReplayWindow(offer.First);
        _messages = new ReplayWindow(1);
    }

    public ulong Id { get; }

    public LinkPeer Owner { get; }

    /// <summary>Opens a datagram.</summary>
    /// <param name="head">Its head, read.</param>
    /// <param name="datagram">All of it.</param>
    /// <param name="body">Takes the body.</param>
    /// <returns>The length of the body; below 0 when the datagram is not the peer's or was here before.</returns>
    public int Open(in PulseHead head, ReadOnlySpan<byte> datagram, Span<byte> body)
    {
        int length = datagram.Length - PulseHead.Bytes - (_cipher is null ? 0 : PulseHead.TagBytes);
        if (head.IsSealed != (_cipher is not null) || length < PulseHead.BodyBytes || length > body.Length)
        {
            return -1;
        }

        if (_cipher is null)
        {
            datagram.Slice(PulseHead.Bytes, length).CopyTo(body);
        }
        else
        {
            Span<byte> nonce = stackalloc byte[PulseHead.NonceBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(nonce, head.Number);
            try
            {
                _cipher.Decrypt(
                    nonce, datagram.Slice(PulseHead.Bytes, length), datagram[^PulseHead.TagBytes..], body[..length], datagram[..PulseHead.Bytes]);
            }
            catch (CryptographicException)
            {
                return -1;
            }
        }

        // Only now: a stranger must not be able to use numbers up.
        return _datagrams.TryTake(head.Number) ? length : -1;
    }

    /// <summary>Whether a message comes for the first time, and not over a second path.</summary>
    public bool IsNew(ulong message) => _messages.TryTake(message);
}
