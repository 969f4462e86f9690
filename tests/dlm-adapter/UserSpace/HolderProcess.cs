using System.Diagnostics;
using System.Globalization;

namespace Cluster.Locks.UserSpace.Tests;

/// <summary>A client process that holds a lock.</summary>
internal sealed class HolderProcess : IAsyncDisposable
{
    private readonly Process _process;

    private HolderProcess(Process process, FencingToken token)
    {
        _process = process;
        Token = token;
    }

    public FencingToken Token { get; }

    public static async Task<HolderProcess> StartAsync(string socket, string resource)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Cluster.Locks.Tests.LockHolder.dll");
        ProcessStartInfo start = new("dotnet", [program, socket, "s", resource])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        string? line = await Eventually.Ends(process.StandardOutput.ReadLineAsync(), "the client process to hold its lock");
        Assert.NotNull(line);
        Assert.StartsWith("held ", line, StringComparison.Ordinal);
        return new HolderProcess(process, new FencingToken(ulong.Parse(line[5..], CultureInfo.InvariantCulture)));
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    public async Task<string?> NextLineAsync(string what) => await Eventually.Ends(_process.StandardOutput.ReadLineAsync(), what);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
