using System.Globalization;
using Cluster.Api.Cli.Http;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands.Quorum;

/// <summary>Reads <c>n1=2,n2,q:arbiter,n4:unfenced</c>.</summary>
internal static class NodeText
{
    /// <exception cref="CliException">It can't be read.</exception>
    public static IReadOnlyList<SimulatedNode> Parse(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(One)];

    private static SimulatedNode One(string text)
    {
        string[] parts = text.Split(':');
        string[] head = parts[0].Split('=');
        int votes = 1;
        if (head.Length > 2 || (head.Length == 2 && !int.TryParse(head[1], NumberStyles.None, CultureInfo.InvariantCulture, out votes)))
        {
            throw Wrong(text, "after '=' stands a number of votes");
        }

        if (parts.Skip(1).FirstOrDefault(word => word is not ("arbiter" or "learner" or "unfenced")) is { } unknown)
        {
            throw Wrong(text, $"'{unknown}' is none of 'arbiter', 'learner' and 'unfenced'");
        }

        return new SimulatedNode
        {
            Name = head[0],
            Votes = votes,
            Learner = parts.Skip(1).Contains("learner"),
            Arbiter = parts.Skip(1).Contains("arbiter"),
            CanBeFenced = !parts.Skip(1).Contains("unfenced"),
        };
    }

    private static CliException Wrong(string text, string why) =>
        new(ExitCode.Usage, $"--nodes: '{text}' can't be read: {why}. Write NAME[=VOTES][:arbiter|:learner][:unfenced], e.g. n1=2,n2,q:arbiter.");
}
