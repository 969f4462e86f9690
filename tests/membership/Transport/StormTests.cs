using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cluster.Transport.Tests;

/// <summary>
/// Two nodes that begin at random moments, with attempts that fail, that time out in the listener's backlog, and that take each other's
/// place; peers that begin anew. Whatever happened before: once both are up, every direction and priority works.
/// </summary>
public sealed class StormTests
{
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(
        double.TryParse(Environment.GetEnvironmentVariable("CLUSTER_STORM_SECONDS"), CultureInfo.InvariantCulture, out double seconds) ? seconds : 3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_direction_stays_dead_after_whatever_start(bool tls)
    {
        using var pki = new Security.Pki();
        int seed = Random.Shared.Next();
        StreamUpgrade?[] upgrades = tls
            ? [pki.Secure(Ends.Dialer, "n1").Upgrade, pki.Secure(Ends.Listener, "n2").Upgrade]
            : [null, null];
        long started = Stopwatch.GetTimestamp();
        int rounds = 0;
        TimeSpan worst = TimeSpan.Zero;
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, tls ? 6 : 24).Select(lane => Task.Run(async () =>
        {
            // Of no use to outgoing connections: one could reach itself while nobody listens there.
            int[] ports = [FreePorts.Take(), FreePorts.Take()];
            for (int at = 0; Stopwatch.GetElapsedTime(started) < s_duration; at++)
            {
                int round = unchecked(seed + (lane * 1_000_003) + at);
                TimeSpan took = await RoundAsync(new Random(round), round, ports, upgrades);
                lock (gate)
                {
                    rounds++;
                    worst = took > worst ? took : worst;
                }
            }
        })));
        TestContext.Current.TestOutputHelper?.WriteLine($"{rounds} rounds, the slowest direction worked after {worst.TotalMilliseconds:F0} ms");
    }

    private static async Task<TimeSpan> RoundAsync(Random random, int round, int[] ports, StreamUpgrade?[] upgrades)
    {
        await using var one = new Side(1, ports[0], upgrades[0], random.Next());
        await using var two = new Side(2, ports[1], upgrades[1], random.Next());
        using var chatter = new CancellationTokenSource();
        Task starting = Task.WhenAll(one.StartAsync(two.EndPoint), two.StartAsync(one.EndPoint));
        Task talking = Task.WhenAll(one.ChatAsync(chatter.Token), two.ChatAsync(chatter.Token));
        await starting;
        await chatter.CancelAsync();
        await talking;

        long began = Stopwatch.GetTimestamp();
        int sent = 0;
        Stopwatch pace = Stopwatch.StartNew();
        await Eventually.Holds(
            () =>
            {
                if (pace.ElapsedMilliseconds >= 50 || sent == 0)
                {
                    pace.Restart();
                    sent++;
                    one.Send($"now {sent}");
                    two.Send($"now {sent}");
                }

                return one.HasHeard && two.HasHeard;
            },
            $"both directions and priorities of round {round}",
            () => $"{one.Describe()}; {two.Describe()}");
        return Stopwatch.GetElapsedTime(began);
    }

    private sealed class Side : ILinkReceiver, IAsyncDisposable
    {
        private readonly uint _node;
        private readonly LinkOptions _options;
        private readonly Random _random;
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private OutboundLink? _link;
        private LinkListener? _listener;
        private volatile bool _heardBulk;
        private volatile bool _heardUrgent;

        public Side(uint node, int port, StreamUpgrade? upgrade, int seed)
        {
            _node = node;
            _random = new Random(seed);
            _options = Ends.Dialer with
            {
                Identity = Ends.Dialer.Identity with { Node = node, Session = (ulong)_random.NextInt64() },
                ConnectTimeout = TimeSpan.FromMilliseconds(upgrade is null ? 60 : 400),
                MinBackoff = TimeSpan.FromMilliseconds(2),
                MaxBackoff = TimeSpan.FromMilliseconds(20),
                WriteTimeout = TimeSpan.FromMilliseconds(500),
                Upgrade = upgrade,
            };
            EndPoint = new IPEndPoint(IPAddress.Loopback, port);
            _socket.Bind(EndPoint);
        }

        public EndPoint EndPoint { get; }

        public bool HasHeard => _heardBulk && _heardUrgent;

        public async Task StartAsync(EndPoint other)
        {
            await PauseAsync(20);
            _link = new OutboundLink(_options, 3 - _node, other);
            await PauseAsync(30);
            _socket.Listen(512);

            // Dialers that give up meanwhile stay in the backlog, with their hellos.
            await PauseAsync(_random.Next(3) == 0 ? 300 : 10);
            _listener = LinkListener.Over(_options, _socket, this);
            await PauseAsync(20);
            if (_random.Next(3) == 0)
            {
                // Begins anew at the same place; connections of the former listener end, some within their hello.
                await _listener.DisposeAsync();
                await PauseAsync(50);
                _listener = LinkListener.Start(_options, EndPoint, this);
            }

            if (_random.Next(3) == 0)
            {
                OutboundLink former = _link;
                _link = new OutboundLink(_options, 3 - _node, other);
                await former.DisposeAsync();
            }
        }

        /// <summary>Frames of the time before, in bursts and now and then large.</summary>
        public async Task ChatAsync(CancellationToken end)
        {
            while (!end.IsCancellationRequested)
            {
                for (int i = _random.Next(40); i >= 0; i--)
                {
                    _link?.TrySend(Ends.Frame("before"), LinkPriority.Urgent);
                    _link?.TrySend(new byte[_random.Next(20) == 0 ? 100_000 : 100]);
                }

                await Task.Delay(_random.Next(8), CancellationToken.None);
            }
        }

        public void Send(string text)
        {
            _link!.TrySend(Ends.Frame(text), LinkPriority.Urgent);
            _link.TrySend(Ends.Frame(text));
        }

        public void Received(LinkPeer peer, ReadOnlyMemory<byte> body)
        {
            if (!Encoding.UTF8.GetString(body.Span).StartsWith("now", StringComparison.Ordinal))
            {
                return;
            }

            if (peer.Priority == LinkPriority.Urgent)
            {
                _heardUrgent = true;
            }
            else
            {
                _heardBulk = true;
            }
        }

        public string Describe() =>
            $"node {_node} heard urgent {_heardUrgent} bulk {_heardBulk}, {_link?.StatusOf(LinkPriority.Urgent)}, {_link?.StatusOf(LinkPriority.Bulk)}, "
            + $"listens to {string.Join(' ', _listener?.Peers ?? [])} {_listener?.LastError}";

        public async ValueTask DisposeAsync()
        {
            if (_link is not null)
            {
                await _link.DisposeAsync();
            }

            if (_listener is not null)
            {
                await _listener.DisposeAsync();
            }

            _socket.Dispose();
        }

        private Task PauseAsync(int most) => Task.Delay(_random.Next(most + 1));
    }
}
