using System.Globalization;

namespace Cluster.Api.Server.Metrics;

/// <summary>Writes labels as the text exposition format has them: sorted by name, values escaped, without braces.</summary>
internal static class LabelText
{
    private const int MostLabels = 16;

    /// <summary>Writes into <paramref name="into"/>; labels that do not fit are left out whole.</summary>
    /// <returns>The number of characters.</returns>
    public static int Write(ReadOnlySpan<KeyValuePair<string, object?>> tags, Span<char> into)
    {
        if (tags.IsEmpty)
        {
            return 0;
        }

        Span<int> order = stackalloc int[Math.Min(tags.Length, MostLabels)];
        for (int at = 0; at < order.Length; at++)
        {
            int place = at;
            while (place > 0 && string.CompareOrdinal(tags[order[place - 1]].Key, tags[at].Key) > 0)
            {
                order[place] = order[place - 1];
                place--;
            }

            order[place] = at;
        }

        int length = 0;
        string? last = null;
        foreach (int at in order)
        {
            // Two tags of one name would make an exposition that no one can read; the first counts.
            if (tags[at].Key != last && TryWrite(MetricName.Label(tags[at].Key), tags[at].Value, into[length..], length > 0, out int written))
            {
                length += written;
                last = tags[at].Key;
            }
        }

        return length;
    }

    private static bool TryWrite(string name, object? value, Span<char> into, bool comma, out int written)
    {
        written = 0;
        Span<char> number = stackalloc char[64];
        ReadOnlySpan<char> text = value switch
        {
            null => "",
            string given => given,
            bool flag => flag ? "true" : "false",
            ISpanFormattable formattable when formattable.TryFormat(number, out int length, default, CultureInfo.InvariantCulture) => number[..length],
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
        int needed = (comma ? 1 : 0) + name.Length + 3 + (2 * text.Length);
        if (needed > into.Length)
        {
            return false;
        }

        if (comma)
        {
            into[written++] = ',';
        }

        name.CopyTo(into[written..]);
        written += name.Length;
        into[written++] = '=';
        into[written++] = '"';
        foreach (char character in text)
        {
            if (character is '\\' or '"' or '\n')
            {
                into[written++] = '\\';
            }

            into[written++] = character == '\n' ? 'n' : character;
        }

        into[written++] = '"';
        return true;
    }
}
