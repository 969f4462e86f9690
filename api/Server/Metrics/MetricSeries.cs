namespace Cluster.Api.Server.Metrics;

/// <summary>The values of one metric under one set of labels. Safe for concurrent use.</summary>
/// <param name="labels">As they are written, without braces.</param>
/// <param name="bounds">A histogram's upper bounds, ascending; null for the other kinds.</param>
internal sealed class MetricSeries(string labels, double[]? bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];
    private double _value;
    private long _count;

    public string Labels => labels;

    /// <summary>The scrape in which an observable instrument last reported it; series that it no longer reports are not shown.</summary>
    public long SeenInScrape { get; private set; }

    public void Add(double delta)
    {
        lock (_gate)
        {
            _value += delta;
        }
    }

    public void Set(double value, long scrape)
    {
        lock (_gate)
        {
            _value = value;
            SeenInScrape = scrape;
        }
    }

    public void Observe(double value)
    {
        int bucket = Array.BinarySearch(bounds!, value);
        lock (_gate)
        {
            _buckets[bucket < 0 ? ~bucket : bucket]++;
            _value += value;
            _count++;
        }
    }

    /// <summary>The value of a counter or gauge; the sum of a histogram.</summary>
    public double Value
    {
        get
        {
            lock (_gate)
            {
                return _value;
            }
        }
    }

    /// <summary>A consistent copy of a histogram: counts for each bucket alone, the sum and the number of observations.</summary>
    public (long[] Buckets, double Sum, long Count) Histogram()
    {
        lock (_gate)
        {
            return ((long[])_buckets.Clone(), _value, _count);
        }
    }
}
