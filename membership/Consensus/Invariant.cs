using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Cluster;

/// <summary>
/// Assertions that stay on in release builds. A broken invariant means that the state can no longer be trusted: the shell
/// that sees the exception ends the process instead of going on (S7, "fail fast").
/// </summary>
internal static class Invariant
{
    /// <summary>Throws when <paramref name="condition"/> is false.</summary>
    /// <exception cref="InvalidOperationException">The invariant does not hold.</exception>
    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        string rule,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (!condition)
        {
            Fail(rule, file, line);
        }
    }

    [DoesNotReturn]
    private static void Fail(string rule, string file, int line)
    {
        int slash = file.LastIndexOf('/');
        throw new InvalidOperationException($"invariant broken: {rule} ({(slash < 0 ? file : file[(slash + 1)..])}:{line})");
    }
}
