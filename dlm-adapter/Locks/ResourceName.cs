using System.Text;

namespace Cluster.Locks;

/// <summary>
/// What a lock is on: 1 to <see cref="MaxBytes"/> bytes of UTF-8, compared byte for byte (no case folding, no normalisation). The
/// 64 bytes are the limit of the Linux lock manager (<c>DLM_RESNAME_MAXLEN</c>).
/// </summary>
public readonly struct ResourceName : IEquatable<ResourceName>, IComparable<ResourceName>
{
    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int MaxBytes = 64;

    private readonly string? _text;

    private ResourceName(string text, ulong hash)
    {
        _text = text;
        Hash = hash;
    }

    /// <summary>
    /// FNV-1a (64 bits) over the UTF-8 bytes, finished by a multiply-xorshift: the same on every machine and in every run.
    /// </summary>
    public ulong Hash { get; }

    /// <summary>The name as text; empty for <c>default</c>, which names nothing.</summary>
    public string Text => _text ?? string.Empty;

    /// <summary>Checks and wraps a name.</summary>
    /// <exception cref="ArgumentException">
    /// Empty, longer than <see cref="MaxBytes"/> bytes of UTF-8, or not valid UTF-16.
    /// </exception>
    public static ResourceName Create(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryCreate(text, out ResourceName name)
            ? name
            : throw new ArgumentException(
                $"a resource name of {text.Length} characters was given, but a name has 1 to {MaxBytes} bytes of valid UTF-8; shorten it",
                nameof(text));
    }

    /// <summary>Checks and wraps a name; false when it is empty, too long or not valid UTF-16.</summary>
    public static bool TryCreate(string? text, out ResourceName name)
    {
        name = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxBytes)
        {
            return false;
        }

        ulong hash = 0xCBF29CE484222325UL;
        int bytes = 0;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (char unit in text)
        {
            if (unit >= 0x80)
            {
                return TryCreateWide(text, utf8, out name);
            }

            hash = (hash ^ unit) * 0x100000001B3UL;
            bytes++;
        }

        name = new ResourceName(text, Finish(hash));
        return bytes <= MaxBytes;
    }

    /// <inheritdoc/>
    public bool Equals(ResourceName other) => Hash == other.Hash && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ResourceName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Hash;

    /// <inheritdoc/>
    public int CompareTo(ResourceName other) => string.CompareOrdinal(_text, other._text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    public static bool operator ==(ResourceName left, ResourceName right) => left.Equals(right);

    public static bool operator !=(ResourceName left, ResourceName right) => !left.Equals(right);

    public static bool operator <(ResourceName left, ResourceName right) => left.CompareTo(right) < 0;

    public static bool operator >(ResourceName left, ResourceName right) => left.CompareTo(right) > 0;

    public static bool operator <=(ResourceName left, ResourceName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ResourceName left, ResourceName right) => left.CompareTo(right) >= 0;

    private static bool TryCreateWide(string text, Span<byte> utf8, out ResourceName name)
    {
        name = default;
        ulong hash = 0xCBF29CE484222325UL;
        int bytes = 0;
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            // A lone surrogate has no UTF-8 form: two such names could meet as one on the wire.
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int used) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            rest = rest[used..];
            int length = rune.EncodeToUtf8(utf8);
            bytes += length;
            foreach (byte octet in utf8[..length])
            {
                hash = (hash ^ octet) * 0x100000001B3UL;
            }
        }

        name = bytes <= MaxBytes ? new ResourceName(text, Finish(hash)) : default;
        return bytes <= MaxBytes;
    }

    // FNV-1a leaves the upper bits of short names alike; rendezvous hashing and tables need them mixed.
    private static ulong Finish(ulong hash)
    {
        hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93UL;
        hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93UL;
        return hash ^ (hash >> 32);
    }
}
