using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cluster.Consensus;
using Cluster.ConsensusNode.Load;
using Cluster.ConsensusNode.Running;
using Cluster.ConsensusNode.State;

namespace Cluster.ConsensusNode.Control;

/// <summary>Answers the driver.</summary>
internal sealed class ControlServer(RunningNode node, string path)
{
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LoadGenerator? _load;

    /// <summary>Completes when the driver asked for the end.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Listens, and serves connections until the process ends.</summary>
    public void Start()
    {
        File.Delete(path);
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        _ = AcceptAsync(listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket socket = await listener.AcceptAsync();
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Connection connection = new(this, socket);
        await connection.ServeAsync();
    }

    private sealed class Connection(ControlServer server, Socket socket) : IProposer, IDisposable
    {
        private readonly NetworkStream _stream = new(socket, ownsSocket: true);
        private readonly Lock _gate = new();

        public async Task ServeAsync()
        {
            using StreamReader reader = new(_stream, Encoding.UTF8);
            try
            {
                while (await reader.ReadLineAsync() is { } line)
                {
                    ControlRequest request = JsonSerializer.Deserialize(line, ControlJson.Default.ControlRequest)!;
                    if (request.Op == "propose")
                    {
                        Propose(request.Id);
                    }
                    else
                    {
                        Answer(await DoAsync(request));
                    }
                }
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                // The driver is gone, or talks nonsense: the connection ends.
            }
        }

        public void Dispose() => _stream.Dispose();

        public void Finished(Proposal proposal)
        {
            try
            {
                Answer(new ControlAnswer
                {
                    Id = proposal.Id,
                    Index = proposal.Index.Value,
                    Error = proposal.End == ProposalEnd.Applied ? null : proposal.End.ToString(),
                });
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The driver is gone.
            }
        }

        private void Propose(ulong id)
        {
            byte[] payload = new byte[2 * CountingMachine.IdBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(payload, id);
            server.Node.Inbox.Post(new Proposal(this) { Id = id, Payload = payload });
        }

        private async Task<ControlAnswer> DoAsync(ControlRequest request)
        {
            try
            {
                switch (request.Op)
                {
                    case "status":
                        return new ControlAnswer { Status = await server.Node.StatusAsync() };
                    case "load":
                        LoadGenerator generator = new(server.Node, request.Load!);
                        Volatile.Write(ref server._load, generator);
                        LoadResult result = await Task.Factory.StartNew(generator.Run, TaskCreationOptions.LongRunning);
                        return new ControlAnswer { Load = result };
                    case "end-load":
                        Volatile.Read(ref server._load)?.EndNow();
                        return new ControlAnswer();
                    case "journal":
                        byte[] journal = await server.Node.LookAsync((core, _) => core.Machine.JournalBytes.ToArray());
                        await File.WriteAllBytesAsync(request.Path!, journal);
                        return new ControlAnswer();
                    case "compact":
                        bool begun = await server.Node.LookAsync((core, now) => core.Compact(now));
                        return begun ? new ControlAnswer() : new ControlAnswer { Error = "the engine took no snapshot" };
                    case "change":
                        return await server.Node.LookAsync((core, now) => Change(core, request.Steps!, now));
                    case "transfer":
                        NodeId to = new(request.Node);
                        return await server.Node.LookAsync((core, now) =>
                            core.Log.TryTransfer(to, now, out string refusal) ? new ControlAnswer() : new ControlAnswer { Error = refusal });
                    case "stop":
                        server._stopped.TrySetResult();
                        return new ControlAnswer();
                    default:
                        return new ControlAnswer { Error = $"'{request.Op}' is not known" };
                }
            }
            catch (Exception e)
            {
                return new ControlAnswer { Error = e.Message };
            }
        }

        private static ControlAnswer Change(ReplicaCore core, IReadOnlyList<string> steps, MonotonicTime now)
        {
            ConfigurationChange change = new([.. steps.Select(Step)]);
            return core.Log.TryChangeConfiguration(change, now, out LogIndex index, out string refusal)
                ? new ControlAnswer { Index = index.Value }
                : new ControlAnswer { Error = refusal };
        }

        private static ConfigurationStep Step(string text) => text.Split(' ') is [var kind, var node]
            ? new ConfigurationStep(Enum.Parse<ConfigurationStepKind>(kind), new NodeId(uint.Parse(node, CultureInfo.InvariantCulture)))
            : throw new FormatException($"'{text}' is no step; give a kind and a node");

        private void Answer(ControlAnswer answer)
        {
            byte[] line = Encoding.UTF8.GetBytes(ControlJson.Line(answer));
            lock (_gate)
            {
                _stream.Write(line);
            }
        }
    }

    private RunningNode Node => node;
}
