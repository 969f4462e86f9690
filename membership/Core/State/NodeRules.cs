using System.Globalization;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>What may be said of a node.</summary>
internal static class NodeRules
{
    /// <summary>In words.</summary>
    public const string NameRule = "1 to 64 characters of a-z A-Z 0-9 . _ -";

    /// <summary>The most that a vote may count: sums of votes never come near the end of their numbers.</summary>
    public const int MaxVotes = 1000;

    /// <summary>The greatest number that a node may be given.</summary>
    public const uint MaxNumber = 1_000_000;

    private const int MaxName = 64;
    private const int MaxAddresses = 8;
    private const int MaxAddress = 260;
    private const int MaxLabels = 64;
    private const int MaxLabelValue = 256;

    /// <summary>Whether a text can name a node.</summary>
    public static bool IsName(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return name.Length is > 0 and <= MaxName;
    }

    /// <summary>What is wrong with addresses; null when nothing is.</summary>
    public static string? Fault(IReadOnlyList<string> addresses)
    {
        if (addresses.Count > MaxAddresses)
        {
            return $"it has {addresses.Count} addresses; name at most {MaxAddresses}";
        }

        SortedSet<string> seen = new(StringComparer.Ordinal);
        foreach (string address in addresses)
        {
            int colon = address.LastIndexOf(':');
            bool isSound = colon > 0
                && address.Length <= MaxAddress
                && ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
                && port > 0;
            if (!isSound || !seen.Add(address))
            {
                return $"'{address}' is no address of its own; write each as host:port, once";
            }
        }

        return null;
    }

    /// <summary>What is wrong with labels; null when nothing is.</summary>
    public static string? Fault(IReadOnlyList<Label> labels)
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        foreach (Label label in labels)
        {
            if (!IsName(label.Key) || label.Value.Length > MaxLabelValue || !seen.Add(label.Key))
            {
                return $"the label '{label.Key}' can't be; a key has {NameRule} and stands once, a value has at most {MaxLabelValue} characters";
            }
        }

        return labels.Count > MaxLabels ? $"it has {labels.Count} labels; keep at most {MaxLabels}" : null;
    }
}
