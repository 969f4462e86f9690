namespace Cluster.Api.Cli.Http;

/// <summary>The command can't go on; the message is for the user, who never sees a stack trace.</summary>
/// <param name="code">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What was asked, what is wrong, what to do.</param>
internal sealed class CliException(int code, string message) : Exception(message)
{
    public int Code => code;

    /// <summary>The problem document as it came, when there was one: <c>--json</c> prints it.</summary>
    public string? Document { get; init; }
}
