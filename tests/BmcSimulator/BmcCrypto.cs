using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Cluster.Tests.BmcSimulator;

/// <summary>The BMC's side of a cipher suite, written from the specification for itself.</summary>
internal sealed record BmcCrypto(int Suite)
{
    public byte Authentication => (byte)(Suite == 3 ? 1 : 3);

    public byte Integrity => (byte)(Suite == 3 ? 1 : 4);

    public int CutLength => Suite == 3 ? 12 : 16;

    [SuppressMessage("Security", "CA5350", Justification = "Suite 3 is HMAC-SHA1 by the specification.")]
    public byte[] Mac(byte[] key, params byte[][] parts)
    {
        using var mac = IncrementalHash.CreateHMAC(Suite == 3 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, key);
        foreach (var part in parts)
        {
            mac.AppendData(part);
        }

        return mac.GetHashAndReset();
    }

    [SuppressMessage("Security", "CA5401", Justification = "The vector is random.")]
    public static byte[] Encrypt(byte[] key, byte[] plain)
    {
        var fill = (16 - ((plain.Length + 1) % 16)) % 16;
        var padded = plain.Concat(Enumerable.Range(1, fill).Select(value => (byte)value)).Append((byte)fill).ToArray();
        using var aes = NewAes(key);
        aes.GenerateIV();
        using var encryptor = aes.CreateEncryptor();
        return [.. aes.IV, .. encryptor.TransformFinalBlock(padded, 0, padded.Length)];
    }

    public static byte[] Decrypt(byte[] key, byte[] encrypted)
    {
        using var aes = NewAes(key);
        aes.IV = encrypted[..16];
        using var decryptor = aes.CreateDecryptor();
        var padded = decryptor.TransformFinalBlock(encrypted, 16, encrypted.Length - 16);
        return padded[..(padded.Length - 1 - padded[^1])];
    }

    private static Aes NewAes(byte[] key)
    {
        var aes = Aes.Create();
        aes.Mode = CipherMode.CBC;
        aes.Padding = PaddingMode.None;
        aes.Key = key[..16];
        return aes;
    }
}
