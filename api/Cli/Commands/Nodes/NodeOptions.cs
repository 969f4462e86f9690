using System.CommandLine;
using Cluster.Api.Cli.Http;

namespace Cluster.Api.Cli.Commands.Nodes;

/// <summary>Options that several commands about nodes have. Each is made afresh: an option belongs to one command.</summary>
internal static class NodeOptions
{
    public static Argument<string> Name() => new("node") { Description = "The node's name.", HelpName = "NODE" };

    public static Option<string[]> Addresses(bool required) => new("--address")
    {
        Description = "Where the other nodes reach it; the preferred address first when it is repeated.",
        Required = required,
        HelpName = "HOST:PORT",
    };

    public static Option<string[]> Labels() => new("--label") { Description = "A note about it; may be repeated.", HelpName = "KEY=VALUE" };

    public static Option<bool> Arbiter() => new("--arbiter") { Description = "It votes and holds no lock manager." };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask." };

    public static Option<int> Timeout() => new("--timeout")
    {
        Description = "With --wait: how many seconds at most.",
        DefaultValueFactory = _ => 120,
        HelpName = "SECONDS",
    };

    /// <summary>Null when none is given: then nothing is said of labels.</summary>
    /// <exception cref="CliException">One is no KEY=VALUE.</exception>
    public static IReadOnlyDictionary<string, string>? LabelsOf(string[]? texts)
    {
        if (texts is not { Length: > 0 })
        {
            return null;
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new CliException(ExitCode.Usage, $"--label: '{text}' is no label. Write KEY=VALUE.");
            }

            labels[text[..equals]] = text[(equals + 1)..];
        }

        return labels;
    }
}
