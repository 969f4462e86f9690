using System.Numerics;

namespace Cluster.ConsensusNode.Load;

/// <summary>
/// Counts durations in buckets whose width is under 1 % of their value, so that recording costs no allocation and a percentile of
/// millions is exact to that. Not safe for use by several threads.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubCount = 1 << SubBits;

    // Nanoseconds up to 2^63: the exponents above SubBits, each with SubCount buckets.
    private readonly long[] _counts = new long[(64 - SubBits) * SubCount];
    private double _sumNs;

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The greatest.</summary>
    public TimeSpan Max { get; private set; }

    /// <summary>The mean; zero when there are none.</summary>
    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : FromNs(_sumNs / Count);

    /// <summary>Adds one; a negative one counts as zero.</summary>
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        _counts[BucketOf((ulong)nanoseconds)]++;
        _sumNs += nanoseconds;
        Count++;
        if (nanoseconds / 100 > Max.Ticks)
        {
            Max = TimeSpan.FromTicks(nanoseconds / 100);
        }
    }

    /// <summary>Adds all that another one counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        _sumNs += other._sumNs;
        Count += other.Count;
        Max = Max > other.Max ? Max : other.Max;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        _sumNs = 0;
        Count = 0;
        Max = TimeSpan.Zero;
    }

    /// <summary>The duration that the given part of all (0 to 1) did not exceed; zero when there are none.</summary>
    public TimeSpan Percentile(double part)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(part * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length && Count > 0; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                TimeSpan top = FromNs(TopOf(i));
                return top < Max ? top : Max;
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>The numbers that are reported.</summary>
    public LatencySummary Summary => new(Us(Percentile(0.5)), Us(Percentile(0.99)), Us(Percentile(0.999)), Us(Max), Us(Mean));

    private static double Us(TimeSpan span) => Math.Round(span.TotalMicroseconds, 1);

    private static TimeSpan FromNs(double ns) => TimeSpan.FromTicks((long)(ns / 100));

    private static int BucketOf(ulong value)
    {
        if (value < SubCount)
        {
            return (int)value;
        }

        int shift = BitOperations.Log2(value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) - SubCount);
    }

    private static double TopOf(int bucket)
    {
        if (bucket < SubCount)
        {
            return bucket;
        }

        int shift = (bucket >> SubBits) - 1;
        return (((bucket & (SubCount - 1)) + SubCount + 1L) * Math.Pow(2, shift)) - 1;
    }
}
