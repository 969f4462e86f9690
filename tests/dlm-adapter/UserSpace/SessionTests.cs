using System.Net.Sockets;
using Cluster.Locks.Contract;
using Cluster.Locks.UserSpace.Client;
using Cluster.Locks.UserSpace.Protocol;
using Cluster.Locks.UserSpace.Server;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cluster.Locks.UserSpace.Tests;

public sealed class SessionTests
{
    private const int SessionBroken = 4203;
    private const int SessionClosed = 4204;
    private const int ClientRefused = 4205;

    [Fact]
    public async Task The_lock_of_a_killed_client_process_goes_to_the_waiter()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await using HolderProcess holder = await HolderProcess.StartAsync(cluster[0].Socket, "r");
        LockdClient client = await cluster[1].ConnectAsync();
        Task<HeldLock> waiter = client.LockAsync("r", LockMode.EX).AsTask();
        await Assert.ThrowsAsync<LockNotAvailableException>(() => client.LockAsync("r", LockMode.PR, LockRequestOptions.NoQueue).AsTask());
        Assert.False(waiter.IsCompleted);
        holder.Kill();
        HeldLock granted = await Eventually.Ends(waiter, "the waiter");
        Assert.True(granted.Token > holder.Token);
        await Eventually.Holds(() => cluster[0].Logger.Count(SessionClosed) == 1, "the session to be closed", cluster.Describe);
    }

    [Fact]
    public async Task A_client_process_is_told_when_its_lockd_goes()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await using HolderProcess holder = await HolderProcess.StartAsync(cluster[0].Socket, "r");
        await cluster[0].Lockd.DisposeAsync();
        Assert.Equal("lost lockd leaves", await holder.NextLineAsync("the loss"));
    }

    [Fact]
    public async Task A_client_that_hangs_up_but_lives_on_keeps_its_locks()
    {
        // The raw client's process is this one: it lives on.
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        RawClient rude = await RawClient.GreetedAsync(cluster[0].Socket);
        await rude.TakeAsync(1, "held", Mode.Ex);
        LockdClient client = await cluster[0].ConnectAsync();
        HeldLock blocks = await client.LockAsync("waited", LockMode.EX);
        rude.Send(new ClientMessage { TakeLock = new TakeLock { Lock = 2, Resource = "waited", Mode = Mode.Ex } });
        await Eventually.Holds(() => cluster[0].Lockd.GetStatus("s")!.Counters.Waiting == 1, "the second request to wait");
        await rude.DisposeAsync();
        await Eventually.Holds(() => cluster[0].Logger.Count(SessionBroken) == 1, "the broken session to be logged");
        Assert.Contains($"process {Environment.ProcessId}", cluster[0].Logger.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<LockNotAvailableException>(
            () => client.LockAsync("held", LockMode.PR, LockRequestOptions.NoQueue).AsTask());

        // What it only waited for is given up: nobody could be told of the grant.
        Assert.Equal(0, cluster[0].Lockd.GetStatus("s")!.Counters.Waiting);
        await blocks.UnlockAsync();
        await using HeldLock next = await Eventually.Ends(client.LockAsync("waited", LockMode.EX).AsTask(), "the abandoned request's lock");
        Assert.Equal(0, cluster[0].Logger.Count(SessionClosed));
    }

    [Fact]
    public async Task Goodbye_releases_at_once()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        LockdClient first = await cluster[0].ConnectAsync();
        HeldLock held = await first.LockAsync("r", LockMode.EX);
        LockdClient second = await cluster[1].ConnectAsync();
        Task<HeldLock> waiter = second.LockAsync("r", LockMode.EX).AsTask();
        await first.DisposeAsync();
        await Eventually.Ends(waiter, "the waiter");
        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the loss to be signalled");
        Assert.Equal(0, cluster[0].Logger.Count(SessionBroken));
        await Assert.ThrowsAsync<LockLostException>(() => first.LockAsync("r", LockMode.EX).AsTask());
    }

    [Fact]
    public async Task Greetings_that_do_not_fit_are_refused_with_the_reason()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        LockdConnectException unknown = await Assert.ThrowsAsync<LockdConnectException>(() => cluster[0].ConnectAsync("nowhere"));
        Assert.Contains("does not serve lock space 'nowhere'", unknown.Message, StringComparison.Ordinal);

        await using RawClient old = new(cluster[0].Socket);
        old.Send(new ClientMessage { Hello = new Hello { Version = 99, Space = "s" } });
        Assert.Contains("version 99", (await old.ReceiveAsync()).Refused.Reason, StringComparison.Ordinal);
        await old.UntilClosedAsync();

        await using RawClient hasty = new(cluster[0].Socket);
        hasty.Send(new ClientMessage { TakeLock = new TakeLock { Lock = 1, Resource = "r", Mode = Mode.Ex } });
        Assert.Contains("must be Hello", (await hasty.ReceiveAsync()).Refused.Reason, StringComparison.Ordinal);
        await hasty.UntilClosedAsync();

        await using RawClient stranger = new(cluster[0].Socket);
        stranger.SendBytes("GET / HTTP/1.1\r\nHost: lockd\r\n\r\n"u8);
        Assert.NotEmpty((await stranger.ReceiveAsync()).Refused.Reason);
        await stranger.UntilClosedAsync();
        Assert.Equal(4, cluster[0].Logger.Count(ClientRefused));
    }

    [Fact]
    public async Task A_session_that_breaks_the_rules_is_cut_off_and_others_go_on()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        LockdClient polite = await cluster[0].ConnectAsync();
        ClientMessage[] wrong =
        [
            new() { TakeLock = new TakeLock { Lock = 9, Resource = "r", Mode = (Mode)42 } },
            new() { TakeLock = new TakeLock { Lock = 1, Resource = "again", Mode = Mode.Nl } },
            new() { Hello = new Hello { Version = 1, Space = "s" } },
            new(),
        ];
        for (int i = 0; i < wrong.Length; i++)
        {
            await using RawClient rude = await RawClient.GreetedAsync(cluster[0].Socket);
            await rude.TakeAsync(1, $"mine{i}", Mode.Ex);
            rude.Send(wrong[i]);
            await rude.UntilClosedAsync();
        }

        await using RawClient garbled = await RawClient.GreetedAsync(cluster[0].Socket);
        garbled.SendBytes([4, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        await garbled.UntilClosedAsync();
        await Eventually.Holds(() => cluster[0].Logger.Count(SessionBroken) == wrong.Length + 1, "all to be logged", cluster.Describe);
        await using HeldLock held = await Eventually.Ends(polite.LockAsync("r", LockMode.EX).AsTask(), "another session's lock");
        Assert.Empty(cluster[0].Logger.Errors);
    }

    [Fact]
    public async Task A_conversion_of_what_the_session_does_not_hold_is_answered_so()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await using RawClient client = await RawClient.GreetedAsync(cluster[0].Socket);
        client.Send(new ClientMessage { ConvertLock = new ConvertLock { Lock = 5, Mode = Mode.Ex } });
        Failed failed = (await client.ReceiveAsync()).Failed;
        Assert.Equal((5UL, Failure.NotFound), (failed.Lock, failed.Failure));
        client.Send(new ClientMessage { ReleaseLock = new ReleaseLock { Lock = 5 } });
        client.Send(new ClientMessage { TakeLock = new TakeLock { Lock = 5, Resource = "", Mode = Mode.Ex } });
        Assert.Equal(Failure.Invalid, (await client.ReceiveAsync()).Failed.Failure);
        Granted granted = await client.TakeAsync(5, "r", Mode.Ex);
        Assert.NotEqual(0UL, granted.Held.Token);
    }

    [Fact]
    public async Task A_client_that_never_reads_is_cut_off()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await using RawClient deaf = await RawClient.GreetedAsync(cluster[0].Socket);
        byte[] request = RawClient.Frame(new ClientMessage { GetStatus = new GetStatus { Request = 1 } });
        Task flood = Task.Run(() =>
        {
            while (true)
            {
                deaf.SendBytes(request); // Fails when the server has closed.
            }
        });
        await Eventually.Holds(() => cluster[0].Logger.Count(SessionBroken) == 1, "the deaf client to be cut off");
        await Assert.ThrowsAnyAsync<SocketException>(() => flood);
        Assert.Contains("does not read", cluster[0].Logger.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connecting_where_nobody_listens_says_what_to_do()
    {
        LockdConnectException failed = await Assert.ThrowsAsync<LockdConnectException>(
            () => LockdClient.ConnectAsync("/nonexistent/lockd.sock", "s"));
        Assert.Contains("/nonexistent/lockd.sock", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_is_taken_over_from_a_dead_lockd_and_never_from_a_living_one()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        LockdSettings same = new()
        {
            ClientSocket = cluster[0].Socket,
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Spaces = ["other"],
        };
        IOException refused = await Assert.ThrowsAsync<IOException>(() => Lockd.StartAsync(
            cluster.Cluster.Connect(cluster[0].Node), same, NullLogger.Instance, CancellationToken.None));
        Assert.Contains("another process does", refused.Message, StringComparison.Ordinal);
        Assert.False(cluster.Cluster.HasGroup("other"), "it joined nothing in vain");

        string leftover = Path.Combine(cluster.Folder, "left.sock");
        using (Socket dead = UnixSocketFile.Listen(leftover + ".bound"))
        {
            // Closing removes the file; one that was renamed stays, as after a process that was killed.
            File.Move(leftover + ".bound", leftover);
        }

        Assert.True(File.Exists(leftover));
        await using Lockd second = await Lockd.StartAsync(
            cluster.Cluster.Connect(cluster[0].Node), same with { ClientSocket = leftover }, NullLogger.Instance, CancellationToken.None);
        await using LockdClient client = await LockdClient.ConnectAsync(leftover, "other");
    }

    [Fact]
    public async Task A_conversion_of_a_broken_session_holds_up_nobody()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        LockdClient client = await cluster[0].ConnectAsync();
        await using HeldLock beside = await client.LockAsync("r", LockMode.PR);
        RawClient rude = await RawClient.GreetedAsync(cluster[0].Socket);
        await rude.TakeAsync(1, "r", Mode.Pr);
        rude.Send(new ClientMessage { ConvertLock = new ConvertLock { Lock = 1, Mode = Mode.Ex } });
        await Eventually.Holds(() => cluster[0].Lockd.GetStatus("s")!.Counters.Waiting == 1, "the conversion to wait");
        await rude.DisposeAsync();
        await Eventually.Holds(() => cluster[0].Logger.Count(SessionBroken) == 1, "the broken session to be logged");

        // Nobody could be told of the grant; the mode held before stays with the process.
        await using HeldLock next = await client.LockAsync("r", LockMode.PR, LockRequestOptions.NoQueue);
        await Assert.ThrowsAsync<LockNotAvailableException>(() => client.LockAsync("r", LockMode.EX, LockRequestOptions.NoQueue).AsTask());
    }

    [Fact]
    public async Task A_refusal_longer_than_a_message_is_cut_and_the_connection_closed()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await using RawClient verbose = new(cluster[0].Socket);
        verbose.Send(new ClientMessage { Hello = new Hello { Version = 1, Space = new string('x', LockdProtocol.MaxMessageBytes - 20) } });
        Assert.Contains("does not serve", (await verbose.ReceiveAsync()).Refused.Reason, StringComparison.Ordinal);
        await verbose.UntilClosedAsync();
        Assert.Empty(cluster[0].Logger.Errors);
    }

    [Fact]
    public async Task A_message_too_long_for_the_protocol_closes_the_connection_and_frees_it()
    {
        (Socket near, Socket far) = await PairAsync();
        using Socket other = far;
        MessageConnection<ServerMessage, ClientMessage> connection = new(new NetworkStream(near, ownsSocket: true), ClientMessage.Parser);
        Assert.False(connection.TrySend(new ServerMessage { Ended = new Ended { Reason = new string('x', LockdProtocol.MaxMessageBytes) } }));
        await connection.DisposeAsync();
        Assert.Equal(0, await Eventually.Ends(other.ReceiveAsync(new byte[1], SocketFlags.None), "the end of the stream"));
    }

    [Fact]
    public async Task A_lockd_that_leaves_does_not_take_its_successors_socket_along()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await using RawClient lingering = await RawClient.GreetedAsync(cluster[0].Socket);
        Task leaving = cluster[0].Lockd.DisposeAsync().AsTask();
        await Eventually.Holds(() => !File.Exists(cluster[0].Socket), "the socket to be given up");
        LockdSettings successor = new()
        {
            ClientSocket = cluster[0].Socket,
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Spaces = ["other"],
        };
        await using Lockd second = await Lockd.StartAsync(
            cluster.Cluster.Connect(cluster[0].Node), successor, NullLogger.Instance, CancellationToken.None);
        await Eventually.Ends(leaving, "the first lockd to leave");
        await using LockdClient client = await LockdClient.ConnectAsync(cluster[0].Socket, "other");
    }

    [Fact]
    public void A_file_that_is_no_socket_is_never_deleted()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("lockd-").FullName, "precious");
        File.WriteAllText(path, "data");
        IOException refused = Assert.Throws<IOException>(() => UnixSocketFile.Listen(path));
        Assert.Contains("not a socket", refused.Message, StringComparison.Ordinal);
        Assert.Equal("data", File.ReadAllText(path));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    private static async Task<(Socket Near, Socket Far)> PairAsync()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();
        Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Task connecting = near.ConnectAsync(listener.LocalEndPoint!);
        Socket far = await listener.AcceptAsync();
        await connecting;
        return (near, far);
    }
}
