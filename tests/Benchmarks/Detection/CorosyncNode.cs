using System.Diagnostics;
using System.Globalization;
using Cluster.Tests.Support;
using Cluster.Tests.Support.Network;

namespace Cluster.Benchmarks.Detection;

/// <summary>One corosync daemon in a namespace, with a <c>/run</c> and a state folder of its own, and the tool that is told of each new membership.</summary>
internal sealed class CorosyncNode(int id, string folder, NamespaceNetwork network, string totem, int nodes) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(int Members, long At)> _heard = [];
    private Process? _daemon;
    private Process? _ear;

    public int Id => id;

    /// <summary>How many members it counts now; 0 before it told.</summary>
    public int Members
    {
        get
        {
            lock (_gate)
            {
                return _heard.Count == 0 ? 0 : _heard[^1].Members;
            }
        }
    }

    /// <summary>How many memberships it told of since a moment, and in how many of them somebody was missing.</summary>
    public (int Changes, int Short) Since(long moment)
    {
        lock (_gate)
        {
            return (_heard.Count(heard => heard.At > moment), _heard.Count(heard => heard.At > moment && heard.Members < nodes));
        }
    }

    /// <summary>When it first told, after a moment, that a node is missing; null when it did not.</summary>
    public long? HeardMissing(long after)
    {
        lock (_gate)
        {
            return _heard.Where(heard => heard.At > after && heard.Members < nodes).Select(heard => (long?)heard.At).FirstOrDefault();
        }
    }

    /// <summary>Starts the daemon.</summary>
    public void Start()
    {
        Directory.CreateDirectory(Path.Combine(folder, "lib"));
        File.WriteAllText(Path.Combine(folder, "corosync.conf"), Configuration());
        string script = $"mount -t tmpfs tmpfs /run && mkdir -p /run/corosync && mount --bind '{folder}/lib' /var/lib/corosync && exec corosync -f -c '{folder}/corosync.conf'";
        _daemon = Launch("unshare", ["-m", "--", "/bin/sh", "-c", script]);
    }

    /// <summary>Starts the tool; it needs a daemon that serves.</summary>
    /// <returns>Whether the tool stayed.</returns>
    public async Task<bool> ListenAsync(CancellationToken cancellation)
    {
        EndEar();
        Process ear = Launch("stdbuf", ["-oL", "corosync-quorumtool", "-m"]);
        _ear = ear;
        ear.OutputDataReceived += (_, line) => Hear(line.Data, Stopwatch.GetTimestamp());
        await Task.Delay(300, cancellation);
        return !ear.HasExited;
    }

    public void Kill()
    {
        _daemon!.Kill();
        _daemon.WaitForExit();
        EndEar();
        lock (_gate)
        {
            _heard.Clear();
        }
    }

    /// <summary>How often its log holds a text.</summary>
    public int CountInLog(string text) => File.Exists(Path.Combine(folder, "log"))
        ? File.ReadLines(Path.Combine(folder, "log")).Count(line => line.Contains(text, StringComparison.Ordinal))
        : 0;

    public void Dispose()
    {
        EndEar();
        if (_daemon is { HasExited: false })
        {
            _daemon.Kill();
            _daemon.WaitForExit();
        }

        _daemon?.Dispose();
    }

    private Process Launch(string program, string[] arguments)
    {
        Process process = network.Node(id).Enter(() => Process.Start(new ProcessStartInfo(Programs.Find(program) ?? program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    private void EndEar()
    {
        if (_ear is { HasExited: false })
        {
            _ear.Kill();
            _ear.WaitForExit();
        }

        _ear?.Dispose();
        _ear = null;
    }

    /// <summary>A line of the tool's: <c>Nodes:            3</c>.</summary>
    private void Hear(string? line, long at)
    {
        if (line is not null && line.StartsWith("Nodes:", StringComparison.Ordinal)
            && int.TryParse(line.AsSpan("Nodes:".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int members))
        {
            lock (_gate)
            {
                _heard.Add((members, at));
            }
        }
    }

    private string Configuration()
    {
        string list = string.Concat(Enumerable.Range(1, nodes).Select(each => string.Create(
            CultureInfo.InvariantCulture, $"  node {{\n    ring0_addr: {NamespaceNetwork.Address(each, 0)}\n    nodeid: {each}\n    name: n{each}\n  }}\n")));
        return $$"""
            totem {
              version: 2
              cluster_name: bench
              transport: knet
            {{totem}}}
            nodelist {
            {{list}}}
            quorum {
              provider: corosync_votequorum
            }
            logging {
              to_logfile: yes
              logfile: {{folder}}/log
              to_syslog: no
              to_stderr: no
              timestamp: hires
            }

            """;
    }
}
