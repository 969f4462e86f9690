namespace Cluster.Fencing.Exec;

/// <summary>Takes secrets out of text before anybody sees it.</summary>
internal sealed class SecretCleaner(IEnumerable<string> secrets)
{
    private const string Mask = "***";
    private const int LongestText = 300;

    // Longest first: a secret that contains another one must go as a whole.
    private readonly string[] _secrets =
        [.. secrets.Where(secret => secret.Length > 0).Distinct(StringComparer.Ordinal).OrderByDescending(secret => secret.Length)];

    /// <summary>The text on one line, without secrets, cut where it becomes a burden.</summary>
    public string OneLine(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        }

        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestText ? line : string.Concat(line.AsSpan(0, LongestText), " [...]");
    }
}
