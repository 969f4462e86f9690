using System.Diagnostics;
using System.Threading.Channels;
using Cluster.ConsensusNode.Load;

namespace Cluster.Benchmarks.Etcd;

/// <summary>Puts the load of a <see cref="LoadRequest"/> on etcd, each proposer a connection of its own.</summary>
internal static class EtcdLoad
{
    /// <summary>Runs the load against the leader.</summary>
    public static async Task<LoadResult> RunAsync(EtcdCluster cluster, LoadRequest request)
    {
        List<GatewayConnection> connections = [];
        try
        {
            for (int i = 0; i < request.Proposers; i++)
            {
                connections.Add(await GatewayConnection.OpenAsync(cluster.LeaderPort, $"key-{i}", request.PayloadBytes));
            }

            return await RunAsync(cluster, request, connections);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static async Task<LoadResult> RunAsync(EtcdCluster cluster, LoadRequest request, List<GatewayConnection> connections)
    {
        Schedule schedule = new(request);
        TimeSpan grace = TimeSpan.FromMilliseconds(request.WarmUpMs + request.DurationMs) + TimeSpan.FromSeconds(30);
        using CancellationTokenSource deadline = new(grace);
        Task<LatencyHistogram>[] workers =
            [.. connections.Select(connection => Task.Run(() => WorkAsync(connection, schedule, deadline.Token)))];
        await Task.Delay(request.WarmUpMs);
        TimeSpan cpu = cluster.ProcessorTime;
        await Task.Delay(request.DurationMs);
        cpu = cluster.ProcessorTime - cpu;
        LatencyHistogram latency = new();
        foreach (LatencyHistogram part in await Task.WhenAll(workers))
        {
            latency.Add(part);
        }

        double seconds = request.DurationMs / 1000.0;
        return new LoadResult(latency.Count, seconds, latency.Summary, 0, 0, cpu.TotalMilliseconds, 0, 0);
    }

    private static async Task<LatencyHistogram> WorkAsync(GatewayConnection connection, Schedule schedule, CancellationToken deadline)
    {
        LatencyHistogram latency = new();
        while (true)
        {
            long intended = await schedule.NextAsync(deadline);
            if (intended > schedule.End)
            {
                return latency;
            }

            await connection.PutAsync(deadline);
            long now = Stopwatch.GetTimestamp();
            if (schedule.Counts(now))
            {
                latency.Record(Stopwatch.GetElapsedTime(intended, now).Ticks * 100);
            }
        }
    }

    /// <summary>When each request is due: at once (closed loop), or each at an instant of its own (open loop).</summary>
    private sealed class Schedule
    {
        private readonly Channel<long>? _due;
        private readonly long _countFrom;

        public Schedule(LoadRequest request)
        {
            _countFrom = Stopwatch.GetTimestamp() + InTicks(request.WarmUpMs);
            End = _countFrom + InTicks(request.DurationMs);
            if (request.PerSecond > 0)
            {
                Channel<long> due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
                _due = due;
                new Thread(() => Pace(request.PerSecond, due)) { IsBackground = true }.Start();
            }
        }

        public long End { get; }

        public bool Counts(long now) => now >= _countFrom && now <= End;

        public async ValueTask<long> NextAsync(CancellationToken deadline)
        {
            if (_due is null)
            {
                return Stopwatch.GetTimestamp();
            }

            // What is due when the time is over is not sent any more.
            bool more = await _due.Reader.WaitToReadAsync(deadline);
            while (more && Stopwatch.GetTimestamp() <= End)
            {
                if (_due.Reader.TryRead(out long intended))
                {
                    return intended;
                }

                more = await _due.Reader.WaitToReadAsync(deadline);
            }

            return long.MaxValue;
        }

        private void Pace(int perSecond, Channel<long> due)
        {
            Pacer.Run(perSecond, () => End, intended => due.Writer.TryWrite(intended));
            due.Writer.Complete();
        }

        private static long InTicks(int ms) => ms * Stopwatch.Frequency / 1000;
    }
}
