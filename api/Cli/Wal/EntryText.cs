using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Api.Cli.Wal;

/// <summary>What an entry carries, for people and programs.</summary>
internal static class EntryText
{
    /// <summary>Bytes that are shown of what can't be decoded.</summary>
    private const int ShownBytes = 32;

    /// <summary>The command in an entry as JSON; null when it holds none that this program knows.</summary>
    public static string? Command(EntryKind kind, ReadOnlyMemory<byte> payload)
    {
        if (kind != EntryKind.Command)
        {
            return null;
        }

        try
        {
            Command command = Membership.Protocol.Command.Parser.ParseFrom(payload.Span);
            return command.KindCase == Membership.Protocol.Command.KindOneofCase.None ? null : JsonFormatter.Default.Format(command);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The first bytes, two digits each.</summary>
    public static string Hex(ReadOnlyMemory<byte> payload) =>
        Convert.ToHexStringLower(payload.Span[..Math.Min(ShownBytes, payload.Length)]);
}
