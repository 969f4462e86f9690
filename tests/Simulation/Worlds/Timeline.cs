namespace Cluster.Simulation.Worlds;

/// <summary>
/// Virtual time: what is still to happen, and the trace of what did. The same seed gives the same steps and hash on every machine.
/// </summary>
internal class Timeline(ulong seed, int lines)
{
    private readonly EventQueue _queue = new();

    public ulong Seed { get; } = seed;

    /// <summary>True time in nanoseconds.</summary>
    public long Now { get; private set; }

    /// <summary>How many things happened.</summary>
    public long Step { get; private set; }

    public Trace Trace { get; } = new(lines);

    /// <summary>The stream of one part, e.g. <c>disk 3</c>.</summary>
    public RandomStream Stream(string part)
    {
        ulong hash = 0xCBF29CE484222325UL;
        foreach (char c in part)
        {
            hash = (hash ^ c) * 0x100000001B3UL;
        }

        return new RandomStream(hash ^ (Seed * 0x9E3779B97F4A7C15UL));
    }

    /// <summary>Plans something for later.</summary>
    public void After(long nanoseconds, Action action) => _queue.Add(Now + Math.Max(0, nanoseconds), action);

    /// <summary>Lets everything happen that is due until then.</summary>
    public void RunUntil(long end)
    {
        while (_queue.TryTake(end, out long time, out Action action))
        {
            Now = time;
            Step++;
            Trace.Now = time;
            Trace.Step = Step;
            Trace.Mix((ulong)time);
            action();
        }

        Now = end;
    }
}
