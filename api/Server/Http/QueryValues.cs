using System.Globalization;
using Cluster.Api.Server.Configuration;
using Cluster.Membership;
using Microsoft.Extensions.Primitives;

namespace Cluster.Api.Server.Http;

/// <summary>Reads query parameters and headers strictly.</summary>
internal static class QueryValues
{
    public const int LongestKey = 128;

    public static int Number(string? text, string name, int otherwise, int min, int max)
    {
        if (text is null)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
            ? value
            : throw Problems.InvalidParameter($"{name}={Problems.Shown(text)} makes no sense; write a whole number from {min} to {max}.");
    }

    /// <summary>A duration such as <c>30s</c>; nothing when it is left out.</summary>
    public static TimeSpan Duration(string? text, string name, TimeSpan max)
    {
        if (text is null)
        {
            return TimeSpan.Zero;
        }

        return DurationText.TryParse(text, out TimeSpan value) && value <= max
            ? value
            : throw Problems.InvalidParameter(
                $"{name}={Problems.Shown(text)} makes no sense; write a duration with its unit, from 0s to {max.TotalSeconds}s, e.g. 10s or 500ms.");
    }

    public static bool Flag(string? text, string name) => text switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Problems.InvalidParameter($"{name}={Problems.Shown(text)} makes no sense; write true or false."),
    };

    /// <summary>The id of an operation: <c>1042</c>, or <c>f1042</c> as logs write it.</summary>
    public static bool TryOperation(string text, out ulong id) => ulong.TryParse(
        text.StartsWith('f') ? text.AsSpan(1) : text, NumberStyles.None, CultureInfo.InvariantCulture, out id);

    public static EventPosition Position(string text, string name) => EventPosition.TryParse(text, out EventPosition position)
        ? position
        : throw Problems.InvalidParameter(
            $"{name}: '{Problems.Shown(text)}' is no position; write one that an event or a page gave, e.g. 1042.1, or leave it out.");

    /// <summary>The <c>Idempotency-Key</c>, or the empty text.</summary>
    public static string IdempotencyKey(StringValues header)
    {
        if (header.Count == 0)
        {
            return "";
        }

        string key = header.Count == 1 ? header[0] ?? "" : "";
        return key.Length is > 0 and <= LongestKey && key.All(character => character is > ' ' and <= '~')
            ? key
            : throw Problems.InvalidParameter(
                $"Idempotency-Key must be given once, with 1 to {LongestKey} visible ASCII characters. A fresh UUID is best.");
    }
}
