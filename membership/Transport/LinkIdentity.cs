using System.Text;

namespace Cluster.Transport;

/// <summary>Who this end of its links is.</summary>
public sealed record LinkIdentity
{
    /// <summary>The longest cluster id in bytes of UTF-8.</summary>
    public const int MaxClusterIdBytes = 256;

    /// <summary>The cluster; ends with different ones refuse each other.</summary>
    public required string ClusterId { get; init; }

    /// <summary>This node's number; never 0.</summary>
    public required uint Node { get; init; }

    /// <summary>Tells this life of the node from its earlier ones.</summary>
    public required ulong Session { get; init; }

    /// <summary>The version of what is spoken over the links; ends with different ones refuse each other.</summary>
    public required ushort ProtocolVersion { get; init; }

    /// <summary>What an end understands that says nothing of it.</summary>
    public const uint FirstFeatureLevel = 1;

    /// <summary>
    /// What this end understands of what is spoken, as its owner counts it; told to the other end, which decides by its <see cref="LinkOptions.Admission"/>.
    /// </summary>
    public uint FeatureLevel { get; init; } = FirstFeatureLevel;

    /// <summary>The most addresses that an end tells of itself.</summary>
    public const int MaxAddresses = 8;

    /// <summary>
    /// Where this end listens, in words that its owner understands (host:port), the preferred one first; told to the other end, which may not know this node
    /// yet. May be empty. What is beyond <see cref="MaxAddresses"/> or <see cref="MaxAddressBytes"/> is not told.
    /// </summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The longest address in bytes of UTF-8.</summary>
    public const int MaxAddressBytes = 255;

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(ClusterId);
        ArgumentOutOfRangeException.ThrowIfZero(Node);
        int idBytes = Encoding.UTF8.GetByteCount(ClusterId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(idBytes, MaxClusterIdBytes, nameof(ClusterId));
    }
}
