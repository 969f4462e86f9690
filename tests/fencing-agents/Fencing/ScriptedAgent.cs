namespace Cluster.Fencing.Tests;

/// <summary>An agent that does what the test says, and counts how many actions it is in at once.</summary>
internal sealed class ScriptedAgent(Func<FenceRequest, CancellationToken, Task<FenceResult>> act) : IFenceAgent
{
    private int _inside;
    private int _calls;

    public int MostAtOnce { get; private set; }

    public int Calls => Volatile.Read(ref _calls);

    public bool Disposed { get; private set; }

    public async Task<FenceResult> ExecuteAsync(FenceRequest request, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _calls);
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _inside));
        try
        {
            return await act(request, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
