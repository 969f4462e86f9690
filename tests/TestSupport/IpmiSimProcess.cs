using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cluster.Tests.Support;

/// <summary>
/// A BMC: Debian's <c>ipmi_sim</c> (package openipmi) with a configuration of its own in a temporary folder. It knows
/// cipher suite 3, not 17.
/// </summary>
public sealed class IpmiSimProcess : IAsyncDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    // Get Channel Authentication Capabilities, which a BMC answers without a session.
    private static readonly byte[] Probe = Convert.FromHexString("0600FF07" + "0000000000000000" + "0009" + "2018C8810038" + "8E04B5");

    private readonly Process _process;
    private readonly TemporaryFolder _folder;

    private IpmiSimProcess(Process process, TemporaryFolder folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    /// <summary>Its UDP port.</summary>
    public int Port { get; }

    /// <summary>The process's id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether its own state file says that the power is on; means nothing with a power switch of the caller's.</summary>
    public bool PowerIsOn => File.ReadAllText(_folder["power"]).Trim() == "1";

    /// <summary>Whether ipmi_sim is installed.</summary>
    public static bool Installed => Programs.Installed("ipmi_sim");

    /// <summary>Starts it and returns when it answers.</summary>
    /// <exception cref="InvalidOperationException">It is not installed, or did not start; the message holds what it printed.</exception>
    public static async Task<IpmiSimProcess> StartAsync(IpmiSimOptions options)
    {
        var program = Programs.Find("ipmi_sim")
            ?? throw new InvalidOperationException("ipmi_sim is not installed. Install the package openipmi.");
        for (var attempt = 1; ; attempt++)
        {
            // The port is free only until somebody else takes it, hence the attempts.
            var port = options.Port == 0 ? FreePorts.Take() : options.Port;
            var folder = new TemporaryFolder();
            WriteConfiguration(folder, options, port);
            var process = Start(program, folder);
            var bmc = new IpmiSimProcess(process, folder, port);
            if (await bmc.AnswersAsync(options.Address).ConfigureAwait(false))
            {
                return bmc;
            }

            var log = process.HasExited ? $"exit code {process.ExitCode}" : $"silent for {StartLimit.TotalSeconds} s";
            await bmc.DisposeAsync().ConfigureAwait(false);
            if (attempt == Attempts || options.Port != 0)
            {
                throw new InvalidOperationException($"ipmi_sim did not start on UDP port {port}: {log}. Check that the port is free.");
            }
        }
    }

    /// <summary>Stops it; its files go with it. What its power switch started goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private static Process Start(string program, TemporaryFolder folder)
    {
        string[] arguments = ["-n", "-c", folder["lan.conf"], "-f", folder["bmc.emu"], "-s", folder["state"]];
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void WriteConfiguration(TemporaryFolder folder, IpmiSimOptions options, int port)
    {
        Directory.CreateDirectory(folder["state"]);
        File.WriteAllText(folder["power"], "1\n");
        var control = options.ChassisControl ?? folder.Script("power.sh", $"""
            #!/bin/sh
            case "$1 $2" in
            "get power") echo "power:$(cat {folder["power"]})" ;;
            "set power") echo "$3" > {folder["power"]} ;;
            *) exit 1 ;;
            esac
            """);
        IpmiSimUser[] users = [new(options.User, options.Password, "admin"), .. options.MoreUsers];
        var lines = users.Select((user, at) =>
            $"user {at + 2} true \"{user.Name}\" \"{user.Password}\" {user.Privilege} 10 none md2 md5 straight");
        folder.Secret("lan.conf", $"""
            name "bmc"
            set_working_mc 0x20
            startlan 1
              addr {options.Address} {port}
              priv_limit admin
              allowed_auths_callback none md2 md5 straight
              allowed_auths_user none md2 md5 straight
              allowed_auths_operator none md2 md5 straight
              allowed_auths_admin none md2 md5 straight
              guid a123456789abcdefa123456789abcdef
            endlan
            chassis_control "{control}"
            {string.Join('\n', lines)}

            """);
        File.WriteAllText(folder["bmc.emu"], """
            mc_setbmc 0x20
            mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
            mc_enable 0x20

            """);
    }

    private async Task<bool> AnswersAsync(string address)
    {
        using var socket = new UdpClient();
        socket.Connect(IPAddress.Parse(address), Port);
        var started = Stopwatch.GetTimestamp();
        while (!_process.HasExited && Stopwatch.GetElapsedTime(started) < StartLimit)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            try
            {
                await socket.SendAsync(Probe, patience.Token).ConfigureAwait(false);
                await socket.ReceiveAsync(patience.Token).ConfigureAwait(false);
                return true;
            }
            catch (OperationCanceledException)
            {
                // Not yet.
            }
            catch (SocketException)
            {
                await Task.Delay(20).ConfigureAwait(false);
            }
        }

        return false;
    }
}
