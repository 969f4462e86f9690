using System.Net;
using Cluster.Client;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Feed;
using Cluster.Runtime.Fencing;
using Cluster.Runtime.Links;
using Cluster.Runtime.Loop;
using Cluster.Runtime.MemberSocket;
using Cluster.Runtime.Metrics;
using Cluster.Runtime.Processes;
using Cluster.Storage;
using Cluster.Transport.Security;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime;

/// <summary>
/// One node of the cluster, running: the pure core on a thread of its own, its log on another, the links to the other nodes, the
/// socket for local lock managers. All members may be used from any thread.
/// </summary>
/// <remarks>
/// A failed write or sync of the log and a broken invariant of the core end the process
/// (<see cref="NodeRuntimeOptions.FailFast"/>): nothing is told or granted on the strength of a state that can't be trusted (S7).
/// </remarks>
public sealed partial class NodeRuntime : IAsyncDisposable
{
    /// <summary>The greatest command that is taken, in bytes.</summary>
    public const int MaxCommandBytes = 1024 * 1024;

    private readonly NodeRuntimeOptions _options;
    private readonly ILogger _logger;
    private readonly StallBoard _stalls = new();
    private readonly EventFeed _feed = new();
    private readonly LeaseBoard _lease = new();
    private readonly RuntimeMetrics _metrics = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WriteAheadLog _log;
    private readonly LogThread _logThread;
    private readonly SnapshotThread _snapshots;
    private readonly SnapshotBoard _board = new();
    private readonly PeerLinks _links;
    private readonly FenceRunner _fences;
    private readonly ExitProver _exits;
    private readonly TimingStore _timings;
    private readonly EffectCarrier _effects;
    private readonly NodeLoop _loop;
    private readonly MemberSocketServer _members;
    private readonly Lock _gate = new();
    private Task? _stopped;
    private Task? _disposed;
    private int _failed;
    private volatile Exception? _logTrouble;

    private NodeRuntime(NodeRuntimeOptions options, IFenceDriver driver, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger<NodeRuntime>();
        DataDirectory.Claim(options.DataDirectory, options.ClusterId, options.Own);
        IReadOnlyList<ConfiguredNode> founders = FoundersFile.Settle(options, difference => RuntimeLog.NodesIgnored(_logger, difference));
        var logOptions = new WriteAheadLogOptions
        {
            Directory = DataDirectory.LogOf(options.DataDirectory),
            SegmentBytes = options.LogSegmentBytes,
        };
        _log = WriteAheadLog.Open(logOptions, out RecoveredLog recovered);
        try
        {
            ulong nonce = NodeFactory.DrawNonce();
            _logThread = new LogThread(
                _log, Inbox.PostPersisted, LogSynced, e => Fail("the log on disk", e));
            _snapshots = new SnapshotThread(_log.Snapshots, SnapshotSaved, SnapshotNotSaved, e => Fail("the snapshots on disk", e), _logger);
            _exits = new ExitProver(member => Inbox.Post(new MemberExitedCall(member)), _logger);
            _fences = new FenceRunner(driver, Report, _logger);
            _links = new PeerLinks(options, nonce, Inbox, _stalls, _logger);
            _timings = new TimingStore(options.DataDirectory, stored => Inbox.Post(new TimingStoredCall(stored)), _logger);
            _effects = new EffectCarrier(_logThread, _snapshots, _board, _links, _feed, _lease, _fences, _exits, _timings, _logger);
            StoredTiming timing = TimingStore.Begin(options.DataDirectory, options.Timing);
            ClusterNode node = NodeFactory.Make(options, founders, timing, nonce, recovered, BootTime.Now);
            NoteSnapshot(recovered.Snapshot?.Meta);
            _loop = new NodeLoop(node, Inbox, _effects, timing.Timing, _stalls, Stalled, e => Fail("the membership core", e));
            _members = new MemberSocketServer(options.MemberSocketPath, new MemberHost(this), _logger);
        }
        catch
        {
            _log.Dispose();
            _metrics.Dispose();
            _links?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }

        RuntimeLog.Started(
            _logger, options.Own.Name, options.ClusterId, recovered.Entries.Count, options.DataDirectory, _links.EndPoint.ToString()!);
    }

    /// <summary>What the loop last published.</summary>
    public NodeRuntimeStatus Status => _effects.Status;

    /// <summary>
    /// When this node's lease ends, by <see cref="BootTime"/>; <see cref="MonotonicTime.DistantPast"/> when it has none.
    /// </summary>
    public MonotonicTime LeaseDeadline => _lease.Current.Deadline;

    /// <summary>
    /// Whether this node knows itself to belong to a majority: it holds a lease, or knew when it was last looked at.
    /// </summary>
    public bool IsQuorate => BootTime.Now < LeaseDeadline || (Status.IsQuorate && Status.Incarnation == Incarnation.None);

    /// <summary>The newest snapshot on disk, and how the log was shortened.</summary>
    public SnapshotStatus Snapshots => _board.Current;

    /// <summary>Bytes of snapshots handed to peer links.</summary>
    public long SnapshotBytesSent => _board.BytesSent;

    /// <summary>Bytes of snapshots that peers sent.</summary>
    public long SnapshotBytesReceived => _board.BytesReceived;

    /// <summary>Whether the log needs an operator: no space for its next file, most likely, so that it fails when this one is full.</summary>
    public bool IsLogInTrouble => _logTrouble is not null;

    /// <summary>The longest time between two ticks of the loop since the start: how badly it was ever stalled.</summary>
    public TimeSpan WorstLoopGap => _loop.WorstGap;

    /// <summary>The longest stalls since the start.</summary>
    internal StallBoard Stalls => _stalls;

    /// <summary>Whether the kernel runs the pulse thread before what has no deadline; false where that is not permitted.</summary>
    public bool IsPulseRealtime => _links.IsPulseRealtime;

    /// <summary>Datagrams that came in the name of no peer.</summary>
    public long StrangePulses => _links.StrangePulses;

    /// <summary>The ways to the other nodes, ordered by number.</summary>
    public IReadOnlyList<PeerLinkStatus> Peers => _links.Status;

    /// <summary>How many links to peers are plain: neither encrypted nor authenticated.</summary>
    public int PlainPeerLinks => _links.PlainLinks;

    /// <summary>When this node's certificate for peer links ends to be good; null on plain links.</summary>
    public DateTimeOffset? PeerCertificateNotAfter => _links.CertificateNotAfter;

    /// <summary>Messages handed to peer links.</summary>
    public long MessagesSent => _links.MessagesSent;

    /// <summary>Messages of peers that were understood.</summary>
    public long MessagesReceived => _links.MessagesReceived;

    /// <summary>Where this node listens for its peers.</summary>
    public EndPoint EndPoint => _links.EndPoint;

    /// <summary>Stays of local processes in groups, in words.</summary>
    public IReadOnlyList<string> LocalMembers => _members.Members;

    /// <summary>
    /// Completes when the runtime has ended; faulted when it failed and <see cref="NodeRuntimeOptions.FailFast"/> returned.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Where the loop's inputs wait.</summary>
    internal Inbox Inbox { get; } = new();

    /// <summary>Starts a node. It joins the cluster by itself as soon as it finds a leader.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="driver">Carries out fence attempts; not disposed.</param>
    /// <param name="loggers">Where log lines go.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <exception cref="ArgumentException">The settings do not fit together.</exception>
    /// <exception cref="InvalidOperationException">The data folder belongs to another node or cluster.</exception>
    /// <exception cref="LogInUseException">Another daemon has the data folder.</exception>
    /// <exception cref="CorruptLogException">The log is damaged in a way that no crash explains.</exception>
    /// <exception cref="CertificateException">The certificates for peer links can't be used.</exception>
    /// <exception cref="IOException">An endpoint or socket can't be bound, or the folder can't be used.</exception>
    public static async Task<NodeRuntime> StartAsync(
        NodeRuntimeOptions options, IFenceDriver driver, ILoggerFactory loggers, CancellationToken cancellation)
    {
        options.Validate();
        NodeRuntime runtime = await Task.Run(() => new NodeRuntime(options, driver, loggers), cancellation).ConfigureAwait(false);
        runtime._metrics.Observe(runtime);
        runtime._logThread.Start();
        runtime._snapshots.Start();
        runtime._loop.Start();
        return runtime;
    }

    /// <summary>Hands in a command; it is brought to the leader, wherever that is, until it is committed.</summary>
    /// <returns>What the state machine answered, the same on every node.</returns>
    /// <exception cref="OperationCanceledException">The token was signalled; the command may still take effect.</exception>
    /// <exception cref="RuntimeStoppedException">The runtime stopped; the command may still take effect.</exception>
    /// <exception cref="ArgumentException">The command is too large.</exception>
    public async Task<CommandOutcome> SubmitAsync(Command command, CancellationToken cancellation)
    {
        int size = command.CalculateSize();
        if (size > MaxCommandBytes)
        {
            throw new ArgumentException($"a command of {size} bytes was submitted; at most {MaxCommandBytes} are taken", nameof(command));
        }

        var call = new SubmitCall(command.Clone());
        Inbox.Post(call);
        try
        {
            return await call.Outcome.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Inbox.Post(new ForgetCall(call));
            throw;
        }
    }

    /// <summary>
    /// Looks at the node on its own thread, between two inputs: a consistent view. What is returned must not share anything with
    /// the node, and the look must be short, because nothing else happens meanwhile.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was signalled.</exception>
    /// <exception cref="RuntimeStoppedException">The runtime stopped.</exception>
    public async Task<T> ReadAsync<T>(Func<ClusterNode, MonotonicTime, T> read, CancellationToken cancellation)
    {
        var call = new ReadCall<T>(read);
        Inbox.Post(call);
        return await call.Result.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// All events after a position as they are committed, in order, without gap or repeat (S1). A slow reader delays nobody. The
    /// events are shared: do not change them.
    /// </summary>
    /// <exception cref="EventsTrimmedException">Events after the position are not retained any more.</exception>
    public IAsyncEnumerable<ClusterEvent> WatchAsync(EventPosition after, CancellationToken cancellation) =>
        _feed.ReadAsync(after, cancellation);

    private void Report(FenceOrder order, AttemptOutcome outcome)
    {
        _metrics.FenceAttempted(order.Action, outcome);
        Inbox.Post(new AttemptFinishedCall(order, outcome));
    }

    private void LogSynced(TimeSpan took)
    {
        _options.WithEachSync?.Invoke();
        _metrics.LogSynced(took);
        _stalls.Note(StallPlace.Log, took);
        Exception? trouble = _log.Trouble;
        if (trouble is not null && _logTrouble is null)
        {
            // Told while there is still time to make space: the log goes on to the end of this segment.
            RuntimeLog.LogTrouble(_logger, trouble.Message);
        }

        _logTrouble = trouble;
    }

    private void SnapshotSaved(SnapshotMeta snapshot, TimeSpan took)
    {
        _board.Saved(snapshot, DateTimeOffset.UtcNow);
        _metrics.SnapshotSaved(took);
        Inbox.Post(new SnapshotFinishedCall(snapshot, saved: true));
    }

    private void SnapshotNotSaved(SnapshotMeta snapshot)
    {
        _board.NotSaved();
        Inbox.Post(new SnapshotFinishedCall(snapshot, saved: false));
    }

    /// <summary>Notes the snapshot that the log begins with at the start: its age is its file's.</summary>
    private void NoteSnapshot(SnapshotMeta? snapshot)
    {
        if (snapshot is not null && _log.Snapshots.List().FirstOrDefault(file => file.IsReferenced) is { } file)
        {
            _board.Saved(snapshot, File.GetLastWriteTimeUtc(file.Path));
        }
    }

    private void Stalled(TimeSpan gap)
    {
        _metrics.Stalled();
        RuntimeLog.Stalled(_logger, gap.TotalMilliseconds);
    }

    /// <summary>
    /// Ends everything after a failure that leaves the state in doubt. Called on the loop's or the log's thread.
    /// </summary>
    private void Fail(string what, Exception reason)
    {
        if (Interlocked.Exchange(ref _failed, 1) != 0)
        {
            return;
        }

        RuntimeLog.Fatal(_logger, what, reason);
        if (_options.FailFast is { } failFast)
        {
            failFast(what, reason);
        }
        else
        {
            // What an operator can put right is said in the message; anything else is a fault of the program and shows where.
            string problem = reason is IOException or FeatureLevelException or UnauthorizedAccessException ? reason.Message : reason.ToString();
            Console.Error.WriteLine($"clusterd ends: {what} failed: {problem}");
            NativeMethods.ExitAtOnce(FailureExitCode);
        }

        _loop.Halt(new RuntimeStoppedException(reason));
        _completion.TrySetException(reason);
    }

    /// <summary>EX_SOFTWARE of sysexits.h.</summary>
    private const int FailureExitCode = 70;
}
