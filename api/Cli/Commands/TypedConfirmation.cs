using Cluster.Api.Cli.Http;

namespace Cluster.Api.Cli.Commands;

/// <summary>Makes a person type the node's name before something that can't be taken back. A finger is quick; a name is not.</summary>
internal static class TypedConfirmation
{
    /// <param name="console">Where to ask.</param>
    /// <param name="node">What must be typed.</param>
    /// <param name="warning">What is about to happen.</param>
    /// <param name="yes">Do not ask.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="what">How the question names what must be typed.</param>
    /// <exception cref="CliException">The answer was another one, or nobody is there to ask and --yes was not given.</exception>
    public static async Task AskAsync(
        CliConsole console, string node, string warning, bool yes, CancellationToken cancellation, string what = "the node's name")
    {
        if (yes)
        {
            return;
        }

        if (!console.Interactive)
        {
            throw new CliException(ExitCode.Usage, $"Nobody is there to confirm it: {warning} Add --yes if that is what you want.");
        }

        await console.Error.WriteAsync($"{warning}\nType {what} to go on: ").ConfigureAwait(false);
        string? answer = await console.In.ReadLineAsync(cancellation).ConfigureAwait(false);
        if (answer?.Trim() != node)
        {
            throw new CliException(ExitCode.Usage, $"'{answer?.Trim()}' is not '{node}': nothing was done.");
        }
    }
}
