using System.Diagnostics;
using System.Globalization;
using Cluster.Tests.Support;

namespace Cluster.Tests.DevCluster;

/// <summary>Our own BMC simulator as a process, for machines without <c>ipmi_sim</c>.</summary>
public sealed class BmcSimulatorProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(20);
    private readonly Process _process;

    private BmcSimulatorProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>Its UDP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The process's id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts it and returns when it listens.</summary>
    /// <exception cref="InvalidOperationException">It did not say that it is ready; the message holds what it said.</exception>
    public static async Task<BmcSimulatorProcess> StartAsync(string user, string password, string powerCommand, string folder, bool staysOn)
    {
        string passwordFile = Path.Combine(folder, "bmc-simulator.password");
        await File.WriteAllTextAsync(passwordFile, password).ConfigureAwait(false);
        File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        int port = FreePorts.Take();
        Process process = Process.Start(new ProcessStartInfo(
            RepositoryLayout.Program("tests/BmcSimulator", "Cluster.Tests.BmcSimulator"),
            [
                "--port", port.ToString(CultureInfo.InvariantCulture), "--user", user, "--password-file", passwordFile,
                "--power-command", powerCommand, .. staysOn ? ["--stay-on"] : Array.Empty<string>(),
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        BmcSimulatorProcess bmc = new(process, port);
        string? line = null;
        try
        {
            line = await process.StandardOutput.ReadLineAsync().WaitAsync(s_startLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Told below.
        }

        if (line != "ready")
        {
            await bmc.DisposeAsync().ConfigureAwait(false);
            throw new InvalidOperationException($"the BMC simulator did not start on UDP port {port}: it said '{line}'");
        }

        return bmc;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        _process.Dispose();
    }
}
