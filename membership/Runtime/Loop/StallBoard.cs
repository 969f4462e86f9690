namespace Cluster.Runtime.Loop;

/// <summary>Where it is noted how long things stood still. From any thread; allocates nothing.</summary>
internal sealed class StallBoard
{
    /// <summary>What is shorter is no stall: threads are always woken a little late.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    // A clock that was set, and no stall.
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);
    private static readonly string[] s_names = ["loop", "pulse", "gc", "log"];

    private readonly long[] _worst = new long[s_names.Length];
    private TimeSpan _collected = GC.GetTotalPauseDuration();

    /// <summary>Told of each stall.</summary>
    public Action<StallPlace, TimeSpan>? Noted { get; set; }

    /// <summary>The places, by the names that metrics give them.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>The longest so far.</summary>
    public TimeSpan Worst(StallPlace place) => new(Volatile.Read(ref _worst[(int)place]));

    /// <summary>Notes one.</summary>
    public void Note(StallPlace place, TimeSpan length)
    {
        if (length < Shortest || length > s_longest)
        {
            return;
        }

        ref long worst = ref _worst[(int)place];
        for (long before = Volatile.Read(ref worst); length.Ticks > before; before = Volatile.Read(ref worst))
        {
            if (Interlocked.CompareExchange(ref worst, length.Ticks, before) == before)
            {
                break;
            }
        }

        Noted?.Invoke(place, length);
    }

    /// <summary>Looks what the garbage collector did since the last look. Several pauses between two looks count as one. On the loop's thread.</summary>
    public void LookAtCollector()
    {
        TimeSpan total = GC.GetTotalPauseDuration();
        if (total != _collected)
        {
            Note(StallPlace.Collector, total - _collected);
            _collected = total;
        }
    }
}
