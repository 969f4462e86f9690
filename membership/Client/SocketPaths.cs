using System.Text;

namespace Cluster.Client;

/// <summary>What the path of a Unix socket may be.</summary>
internal static class SocketPaths
{
    /// <summary>The longest path that a Unix socket can have (unix(7)), without the terminating zero.</summary>
    private const int MaxBytes = 107;

    /// <summary>What is wrong with a path, or null.</summary>
    public static string? Complaint(string? path) => path switch
    {
        null or "" => "the member socket's path is missing; give the one in the daemon's configuration (members.socket)",
        _ when !Path.IsPathFullyQualified(path) =>
            $"the member socket's path '{path}' is relative; give the whole path, as in the daemon's configuration (members.socket)",
        _ when Encoding.UTF8.GetByteCount(path) > MaxBytes =>
            $"the member socket's path '{path}' has {Encoding.UTF8.GetByteCount(path)} bytes; at most {MaxBytes} are possible: choose a shorter one",
        _ => null,
    };

    public static void Validate(string? path)
    {
        if (Complaint(path) is { } complaint)
        {
            throw new ArgumentException(complaint, nameof(path));
        }
    }
}
