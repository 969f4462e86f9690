using System.Buffers.Binary;
using System.Diagnostics;
using Cluster.ConsensusNode.Running;
using Cluster.ConsensusNode.State;
using Cluster.Runtime.Loop;

namespace Cluster.ConsensusNode.Load;

/// <summary>
/// Proposers inside the leader's process, on a thread of their own: proposals and answers cross threads as a user's would, but no
/// socket.
/// </summary>
internal sealed class LoadGenerator : IProposer
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly RunningNode _node;
    private readonly LoadRequest _request;
    private readonly Lock _gate = new();
    private readonly ThreadSignal _signal = new();
    private readonly LatencyHistogram _latency = new();
    private readonly byte[] _template;
    private List<Proposal> _finished = [];
    private List<Proposal> _taken = [];
    private bool _sleeping;
    private long _countFrom;
    private long _end;
    private ulong _nextId;
    private long _refused;
    private int _outstanding;
    private string? _failure;

    public LoadGenerator(RunningNode node, LoadRequest request)
    {
        _node = node;
        _request = request;
        _template = new byte[request.PayloadBytes];
        Random.Shared.NextBytes(_template);
        _nextId = (ulong)Random.Shared.NextInt64() << 24;
    }

    /// <summary>Runs the load to its end, on the calling thread.</summary>
    /// <exception cref="InvalidOperationException">This node does not lead, or ceased to.</exception>
    public LoadResult Run()
    {
        long began = Stopwatch.GetTimestamp();
        _countFrom = began + InTicks(_request.WarmUpMs);
        _end = _countFrom + InTicks(_request.DurationMs);
        Thread? pacer = StartProposing();
        Work(ref _countFrom);
        var start = Meter.Read(_node);
        _node.TakeSyncs();
        Work(ref _end);
        Meter used = Meter.Read(_node).Since(start);
        LatencyHistogram syncs = _node.TakeSyncs();
        pacer?.Join();
        Drain();
        return _failure is null
            ? new LoadResult(
                _latency.Count, Stopwatch.GetElapsedTime(_countFrom, _end).TotalSeconds, _latency.Summary, _refused, used.AllocatedBytes, used.CpuMs, used.Syncs, syncs.Percentile(0.5).TotalMicroseconds)
            : throw new InvalidOperationException(_failure);
    }

    /// <summary>Ends the load before its time. From any thread.</summary>
    public void EndNow()
    {
        Volatile.Write(ref _end, Math.Min(Volatile.Read(ref _end), Stopwatch.GetTimestamp()));
        _signal.Set();
    }

    /// <inheritdoc/>
    public void Finished(Proposal proposal)
    {
        bool wake;
        lock (_gate)
        {
            _finished.Add(proposal);
            wake = _sleeping;
            _sleeping = false;
        }

        if (wake)
        {
            _signal.Set();
        }
    }

    private static long InTicks(int ms) => ms * Stopwatch.Frequency / 1000;

    private Thread? StartProposing()
    {
        if (_request.PerSecond == 0)
        {
            for (int i = 0; i < _request.Proposers; i++)
            {
                Propose(new Proposal(this), Stopwatch.GetTimestamp());
            }

            return null;
        }

        Thread pacer = new(() => Pacer.Run(_request.PerSecond, () => Volatile.Read(ref _end), ProposeIfThereIsRoom)) { IsBackground = true, Name = "pacer" };
        pacer.Start();
        return pacer;
    }

    /// <summary>In an open loop a proposal that finds no room is counted as refused, not left out silently.</summary>
    private void ProposeIfThereIsRoom(long intended)
    {
        if (Volatile.Read(ref _outstanding) < _request.Proposers)
        {
            Propose(new Proposal(this), intended);
        }
        else
        {
            Interlocked.Increment(ref _refused);
        }
    }

    private void Propose(Proposal proposal, long intended)
    {
        byte[] payload = _template.AsSpan().ToArray();
        proposal.Id = Interlocked.Increment(ref _nextId);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(0, CountingMachine.IdBytes), proposal.Id);
        proposal.Payload = payload;
        proposal.Began = intended;
        Interlocked.Increment(ref _outstanding);
        _node.Inbox.Post(proposal);
    }

    /// <summary>Takes answers, and in a closed loop proposes anew, until the given time, which may come to be earlier.</summary>
    private void Work(ref long until)
    {
        while (Stopwatch.GetTimestamp() < Volatile.Read(ref until) && _failure is null)
        {
            foreach (Proposal proposal in Take(Volatile.Read(ref until)))
            {
                Handle(proposal);
            }
        }
    }

    private void Handle(Proposal proposal)
    {
        Interlocked.Decrement(ref _outstanding);
        long now = Stopwatch.GetTimestamp();
        switch (proposal.End)
        {
            case ProposalEnd.Applied when now >= _countFrom && now <= _end:
                _latency.Record(Stopwatch.GetElapsedTime(proposal.Began, now).Ticks * 100);
                break;
            case ProposalEnd.Applied:
                break;
            case ProposalEnd.Full:
                Interlocked.Increment(ref _refused);
                Thread.Yield();
                break;
            default:
                _failure = $"a proposal ended as {proposal.End}: this node does not lead any more";
                return;
        }

        if (_request.PerSecond == 0 && now < _end)
        {
            Propose(proposal, now);
        }
    }

    /// <summary>Lets what is under way end, so that the next load starts from nothing.</summary>
    private void Drain()
    {
        long began = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _outstanding) > 0 && Stopwatch.GetElapsedTime(began) < s_patience)
        {
            Interlocked.Add(ref _outstanding, -Take(Stopwatch.GetTimestamp() + Stopwatch.Frequency).Count);
        }
    }

    private List<Proposal> Take(long until)
    {
        _taken.Clear();
        lock (_gate)
        {
            _sleeping = _finished.Count == 0;
            (_finished, _taken) = (_taken, _finished);
        }

        if (_taken.Count == 0)
        {
            _signal.Wait(TimeSpan.FromSeconds(Math.Max(0, (double)(until - Stopwatch.GetTimestamp()) / Stopwatch.Frequency)));
        }

        return _taken;
    }
}
