using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Events;

/// <summary>Events as they go over a stream of server-sent events (HTML Living Standard §9.2).</summary>
internal static class EventFrame
{
    /// <summary>Breaks silence, which tells both ends that the other still lives.</summary>
    public static ReadOnlyMemory<byte> StillHere { get; } = Encoding.UTF8.GetBytes(": still here\n\n");

    /// <summary>The first thing on a stream.</summary>
    public static ReadOnlyMemory<byte> Hello { get; } = Encoding.UTF8.GetBytes(": ok\n\n");

    /// <summary>An event. Its id is its position, so that a reader's <c>Last-Event-ID</c> resumes without gap or repeat.</summary>
    public static ReadOnlyMemory<byte> Of(ClusterEvent source, string cluster)
    {
        CloudEvent document = EventProjection.Of(source, cluster);
        return Encode($"id: {document.Id}\ndata: ", document, ApiJson.Default.CloudEvent);
    }

    /// <summary>The events that were asked for are gone; the stream goes on after <paramref name="position"/>.</summary>
    public static ReadOnlyMemory<byte> Reset(EventPosition position, EventPosition trimmedThrough) => Encode(
        $"event: reset\nid: {position}\ndata: ",
        new EventReset(position.ToString(), trimmedThrough.ToString()),
        ApiJson.Default.EventReset);

    /// <summary>The reader is too slow; the stream ends.</summary>
    public static ReadOnlyMemory<byte> Behind(EventPosition sent) => Encode(
        $"event: behind\nid: {sent}\ndata: ",
        new EventBehind("events came faster than this reader took them: read again from where it stands", sent.ToString()),
        ApiJson.Default.EventBehind);

    private static ReadOnlyMemory<byte> Encode<T>(string head, T document, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Encoding.UTF8.GetBytes(head, buffer);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            JsonSerializer.Serialize(writer, document, type); // escapes line ends: it stays one line of data
        }

        buffer.Write("\n\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
