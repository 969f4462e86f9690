using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Cluster.Fencing.Exec;

/// <summary>Runs an agent once.</summary>
internal static class AgentProcess
{
    // More than any agent has to say; the rest is read and dropped, so that the agent does not block.
    private const int LongestOutput = 256 * 1024;

    // How long the pipes may stay open after the agent has ended: a child that it left behind may hold them for ever.
    private static readonly TimeSpan PipeLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs it to its end, or kills it and everything it started when the deadline has passed.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the agent has been killed.</exception>
    public static async Task<AgentAnswer> RunAsync(
        string executable, string input, TimeSpan deadline, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = StartInfo(executable) };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            return new AgentAnswer(null, "", error.Message) { NotStarted = true };
        }

        var output = ReadAsync(process.StandardOutput);
        var complaints = ReadAsync(process.StandardError);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            await WriteAsync(process, input, limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return new AgentAnswer(
                process.ExitCode,
                await CollectAsync(output).ConfigureAwait(false),
                await CollectAsync(complaints).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            ProcessGroup.Kill(process);
            cancellation.ThrowIfCancellationRequested();
            return new AgentAnswer(
                null,
                await CollectAsync(output).ConfigureAwait(false),
                await CollectAsync(complaints).ConfigureAwait(false));
        }
    }

    private static ProcessStartInfo StartInfo(string executable)
    {
        var info = ProcessGroup.Launcher is { } launcher
            ? new ProcessStartInfo(launcher, [executable])
            : new ProcessStartInfo(executable);
        info.RedirectStandardInput = true;
        info.RedirectStandardOutput = true;
        info.RedirectStandardError = true;
        info.WorkingDirectory = "/";

        // This service's environment may hold secrets (env: references), which are no business of the agent's.
        var timeZone = Environment.GetEnvironmentVariable("TZ");
        info.Environment.Clear();
        info.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin";
        info.Environment["LC_ALL"] = "C.UTF-8";
        if (timeZone is not null)
        {
            info.Environment["TZ"] = timeZone;
        }

        return info;
    }

    private static async Task WriteAsync(Process process, string input, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input), cancellation).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code tells why.
        }
    }

    private static async Task<string> CollectAsync(Task<string> reading)
    {
        try
        {
            return await reading.WaitAsync(PipeLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return "";
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        try
        {
            int count;
            while ((count = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                text.Append(buffer, 0, Math.Min(count, LongestOutput - text.Length));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The process was disposed while a child that it left behind still held the pipe.
        }

        return text.ToString();
    }
}
