using Cluster.Api.Cli.Http;

namespace Cluster.Api.Cli.Commands;

/// <summary>Makes a person type the node's name before something that can't be taken back. A finger is quick; a name is not.</summary>
internal static class TypedConfirmation
{
    /// <exception cref="CliException">The answer was another one, or nobody is there to ask and --yes was not given.</exception>
    public static async Task AskAsync(CliConsole console, string node, string warning, bool yes, CancellationToken cancellation)
    {
        if (yes)
        {
            return;
        }

        if (!console.Interactive)
        {
            throw new CliException(ExitCode.Usage, $"Nobody is there to confirm it: {warning} Add --yes if that is what you want.");
        }

        await console.Error.WriteAsync($"{warning}\nType the node's name to go on: ").ConfigureAwait(false);
        string? answer = await console.In.ReadLineAsync(cancellation).ConfigureAwait(false);
        if (answer?.Trim() != node)
        {
            throw new CliException(ExitCode.Usage, $"'{answer?.Trim()}' is not '{node}': nothing was done.");
        }
    }
}
