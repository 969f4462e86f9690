namespace Cluster.Transport;

/// <summary>Makes text of strangers fit for a line of a log: it must not look like lines of its own, nor steer a terminal.</summary>
internal static class Printable
{
    private const int MostChars = 500;

    public static string Of(string text)
    {
        if (text.Length <= MostChars && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        return string.Create(Math.Min(text.Length, MostChars), text, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) || char.GetUnicodeCategory(source[i])
                    is System.Globalization.UnicodeCategory.Format
                    or System.Globalization.UnicodeCategory.LineSeparator
                    or System.Globalization.UnicodeCategory.ParagraphSeparator ? '?' : source[i];
            }
        });
    }
}
