using Cluster.Api.Server.Http;

namespace Cluster.Api.Server.Events;

/// <summary>Bounds how many event streams and waiting requests are open: each holds memory as long as its reader likes.</summary>
internal sealed class StreamGate(ApiLimits limits)
{
    private int _open;

    /// <summary>How many are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <exception cref="ProblemException">Too many are open.</exception>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _open) > limits.Streams)
        {
            Interlocked.Decrement(ref _open);
            throw Problems.TooManyStreams(limits.Streams);
        }

        return new Place(this);
    }

    private sealed class Place(StreamGate gate) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                Interlocked.Decrement(ref gate._open);
            }
        }
    }
}
