using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cluster.Api.Server.Tests.Support;

/// <summary>A real <c>clusterd</c> process, ended with the test at the latest.</summary>
internal sealed partial class ClusterdProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    private ClusterdProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    public static ClusterdProcess Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "clusterd.dll"));
        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return new ClusterdProcess(Process.Start(start)!);
    }

    public bool HasEnded => _process.HasExited;

    public async Task ReadyAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(line == "ready", $"clusterd did not say that it is ready: '{line}'");
    }

    /// <summary>The exit code and what it wrote to standard error.</summary>
    public async Task<(int Code, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (_process.ExitCode, await _error);
    }

    public void Crash() => _process.Kill();

    public void Terminate() => Assert.Equal(0, Kill(_process.Id, 15));

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
