using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Cluster.Tests.DevCluster;

/// <summary>Our own BMC simulator as a process, for machines without <c>ipmi_sim</c>.</summary>
public sealed class BmcSimulatorProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(20);
    private readonly Process _process;

    private BmcSimulatorProcess(Process process)
    {
        _process = process;
    }

    /// <summary>The process's id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts it and returns when it listens.</summary>
    /// <exception cref="InvalidOperationException">It did not say that it is ready; the message holds what it said.</exception>
    public static async Task<BmcSimulatorProcess> StartAsync(
        IPEndPoint at, string user, string password, string powerCommand, string folder, bool staysOn)
    {
        string passwordFile = Path.Combine(folder, "bmc-simulator.password");
        // Not awaited: the process must start in the namespace that the caller is in.
        File.WriteAllText(passwordFile, password);
        File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Process process = Process.Start(new ProcessStartInfo(
            RepositoryLayout.Program("tests/BmcSimulator", "Cluster.Tests.BmcSimulator"),
            [
                "--address", at.Address.ToString(), "--port", at.Port.ToString(CultureInfo.InvariantCulture), "--user", user, "--password-file", passwordFile,
                "--power-command", powerCommand, .. staysOn ? ["--stay-on"] : Array.Empty<string>(),
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        BmcSimulatorProcess bmc = new(process);
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
            throw new InvalidOperationException($"the BMC simulator did not start at {at}: it said '{line}'");
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
