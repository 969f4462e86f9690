using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Cluster.ConsensusNode.Control;

namespace Cluster.ConsensusNode.Driving;

/// <summary>A <c>consensus-node</c> as a process, as its driver sees it: started, killed, started again over the same folder.</summary>
public sealed class NodeProcess : IDisposable
{
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromSeconds(60);
    private readonly string _nodes;
    private readonly IReadOnlyList<string> _options;
    private readonly StringBuilder _errors = new();
    private Process? _process;

    internal NodeProcess(uint id, string nodes, string folder, IReadOnlyList<string> options)
    {
        Id = id;
        _nodes = nodes;
        _options = options;
        Folder = folder;
        ControlPath = Path.Combine(folder, "control");
    }

    /// <summary>The node's number.</summary>
    public uint Id { get; }

    /// <summary>Holds the data folder and the control socket.</summary>
    public string Folder { get; }

    /// <summary>The write-ahead log's folder.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>The control socket.</summary>
    public string ControlPath { get; }

    /// <summary>True while the process lives.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it wrote to its standard error since the start of the first process.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Processor time of the present process.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts a process; returns at once.</summary>
    public void Start()
    {
        Directory.CreateDirectory(Folder);
        List<string> arguments =
        [
            Path.ChangeExtension(typeof(NodeProcess).Assembly.Location, ".dll"),
            "--self", Id.ToString(CultureInfo.InvariantCulture),
            "--nodes", _nodes,
            "--data", Data,
            "--control", ControlPath,
            .. _options,
        ];
        ProcessStartInfo start = new("dotnet", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
    }

    /// <summary>Ends the process as a crash would (SIGKILL).</summary>
    public void Kill()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Has the process end in good order.</summary>
    public async Task StopAsync()
    {
        using CancellationTokenSource deadline = new(s_answerLimit);
        await AskAsync(new ControlRequest("stop"));
        await _process!.WaitForExitAsync(deadline.Token);
    }

    /// <summary>Connects to the control socket, waiting until the process listens.</summary>
    /// <exception cref="InvalidOperationException">The process has ended; the message holds what it said.</exception>
    public async Task<ControlClient> ConnectAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await ControlClient.ConnectAsync(ControlPath, cancellation);
            }
            catch (SocketException)
            {
                if (!IsRunning)
                {
                    throw new InvalidOperationException($"node {Id} has ended: {Errors}");
                }

                await Task.Delay(2, cancellation);
            }
        }
    }

    /// <summary>Asks for one thing over a connection of its own.</summary>
    public async Task<ControlAnswer> AskAsync(ControlRequest request, TimeSpan? limit = null)
    {
        using CancellationTokenSource deadline = new(limit ?? s_answerLimit);
        using ControlClient client = await ConnectAsync(deadline.Token);
        return await client.AskAsync(request, deadline.Token);
    }

    /// <summary>What the node knows of itself; null when it does not run or does not answer.</summary>
    public async Task<NodeStatus?> TryStatusAsync()
    {
        try
        {
            return IsRunning ? (await AskAsync(new ControlRequest("status"))).Status : null;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Kill();
}
