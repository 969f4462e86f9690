using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cluster.Api.Server.Http;

/// <summary>Reads a JSON body and says precisely what is wrong with it.</summary>
internal static class RequestBody
{
    private const int LongestWho = 128;

    /// <exception cref="ProblemException">The body is not <c>application/json</c>, too large, or not what was expected.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, string example)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            throw Problems.UnsupportedMediaType(request.ContentType);
        }

        if (request.ContentLength > Problems.MaxBodyBytes)
        {
            throw Problems.BodyTooLarge();
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, request.HttpContext.RequestAborted).ConfigureAwait(false)
                ?? throw Problems.BadJson($"The body is null, but an object was expected, e.g. {example}.");
        }
        catch (JsonException error)
        {
            string where = error.LineNumber is { } line ? $" at line {line + 1}, byte {error.BytePositionInLine + 1}" : "";
            string path = string.IsNullOrEmpty(error.Path) || error.Path == "$" ? "" : $" ({Problems.Shown(error.Path)})";
            throw Problems.BadJson(
                $"The body could not be read{where}{path}: it is not JSON, has a property that is not known, or a value of the wrong kind. "
                + $"Expected was e.g. {example}.");
        }
    }

    /// <summary>A text that must be there, within a length, on one line.</summary>
    public static string Required(string? text, string name, int longest, string whatToDo)
    {
        string trimmed = text?.Trim() ?? "";
        return trimmed.Length == 0
            ? throw Problems.InvalidBody($"'{name}' is missing or blank. {whatToDo}")
            : Checked(trimmed, name, longest);
    }

    /// <summary>Who asks for a change: it is kept with the change.</summary>
    public static string Who(string? who) => Required(who, "who", LongestWho, "Say who asks: it is kept with the change.");

    public static string Optional(string? text, string name, int longest) => Checked(text?.Trim() ?? "", name, longest);

    private static string Checked(string text, string name, int longest)
    {
        if (text.Length > longest)
        {
            throw Problems.InvalidBody($"'{name}' has {text.Length} characters; at most {longest} are kept. Shorten it.");
        }

        // It is kept for ever and shown in terminals: an escape sequence in it would be a trap.
        return text.Any(char.IsControl) || HasLoneSurrogate(text)
            ? throw Problems.InvalidBody($"'{name}' holds control characters or broken text. Write plain text on one line.")
            : text;
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                at++;
            }
            else if (char.IsSurrogate(text[at]))
            {
                return true;
            }
        }

        return false;
    }
}
