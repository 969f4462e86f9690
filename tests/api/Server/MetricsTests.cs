using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Cluster.Api.Server.Metrics;
using Cluster.Api.Server.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cluster.Api.Server.Tests;

public sealed class MetricsTests : IDisposable
{
    private readonly Meter _meter = new("test-" + Guid.NewGuid());
    private readonly MetricsCollector _collector;

    public MetricsTests() =>
        _collector = new MetricsCollector(NullLogger<MetricsCollector>.Instance, meter => meter.Name == _meter.Name);

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_for_each_set_of_labels()
    {
        Counter<long> counter = _meter.CreateCounter<long>("cluster.messages.sent", null, "Messages sent.");
        counter.Add(2, new KeyValuePair<string, object?>("peer", "n2"), new KeyValuePair<string, object?>("class", "bulk"));
        counter.Add(3, new KeyValuePair<string, object?>("class", "bulk"), new KeyValuePair<string, object?>("peer", "n2"));
        counter.Add(1);
        string text = Text();
        Assert.Contains("# HELP cluster_messages_sent_total Messages sent.\n# TYPE cluster_messages_sent_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("cluster_messages_sent_total{class=\"bulk\",peer=\"n2\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("cluster_messages_sent_total 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_histogram_has_cumulative_buckets_sum_and_count()
    {
        Histogram<double> histogram = _meter.CreateHistogram(
            "sync.duration", "ms", "Sync.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10, 100] });
        foreach (double value in new[] { 0.5, 1, 5, 1000 })
        {
            histogram.Record(value);
        }

        string text = Text();
        Assert.Contains(
            "sync_duration_seconds_bucket{le=\"0.001\"} 2\nsync_duration_seconds_bucket{le=\"0.01\"} 3\n"
            + "sync_duration_seconds_bucket{le=\"0.1\"} 3\nsync_duration_seconds_bucket{le=\"+Inf\"} 4\n",
            text,
            StringComparison.Ordinal);
        Assert.Contains("sync_duration_seconds_sum 1.0065\nsync_duration_seconds_count 4\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Observed_series_that_are_no_longer_reported_disappear()
    {
        var peers = new List<string> { "n2", "n3" };
        _meter.CreateObservableGauge("peer.connected", () => peers.Select(peer => new Measurement<int>(1, new KeyValuePair<string, object?>("peer", peer))));
        Assert.Contains("peer_connected{peer=\"n3\"} 1\n", Text(), StringComparison.Ordinal);
        peers.Remove("n3");
        string text = Text();
        Assert.Contains("peer_connected{peer=\"n2\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("n3", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Up_down_counters_and_gauges_show_their_value()
    {
        UpDownCounter<int> open = _meter.CreateUpDownCounter<int>("streams.open");
        open.Add(3);
        open.Add(-1);
        Gauge<double> lease = _meter.CreateGauge<double>("lease.remaining", "s");
        lease.Record(0.7);
        lease.Record(0.5);
        string text = Text();
        Assert.Contains("# TYPE streams_open gauge\nstreams_open 2\n", text, StringComparison.Ordinal);
        Assert.Contains("lease_remaining_seconds 0.5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_and_help_are_escaped()
    {
        Counter<int> counter = _meter.CreateCounter<int>("odd", null, "One\\two\nthree");
        counter.Add(1, new KeyValuePair<string, object?>("why.so", "a\"b\\c\nd"));
        string text = Text();
        Assert.Contains("# HELP odd_total One\\\\two\\nthree\n", text, StringComparison.Ordinal);
        Assert.Contains("odd_total{why_so=\"a\\\"b\\\\c\\nd\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_series_is_bounded_and_what_is_left_out_is_counted()
    {
        Counter<int> counter = _meter.CreateCounter<int>("many");
        for (int at = 0; at < 600; at++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("at", at));
        }

        string text = Text();
        Assert.Equal(500, text.Split('\n').Count(line => line.StartsWith("many_total{", StringComparison.Ordinal)));
        Assert.Contains("cluster_metrics_dropped_measurements_total 100\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_taken_by_another_kind_is_refused_and_counted()
    {
        _meter.CreateGauge<int>("thing_total").Record(1);
        _meter.CreateCounter<int>("thing").Add(5);
        string text = Text();
        Assert.Contains("cluster_metrics_refused_instruments_total 1\n", text, StringComparison.Ordinal);
        Assert.Single(text.Split('\n'), line => line.StartsWith("# TYPE thing_total", StringComparison.Ordinal));
    }

    [Fact]
    public void An_observation_that_fails_does_not_hide_the_others()
    {
        _meter.CreateObservableGauge("broken", new Func<int>(() => throw new InvalidOperationException("broken")));
        _meter.CreateObservableGauge("sound", () => 7);
        Assert.Contains("sound 7\n", Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raftTermNumber", null, "raft_term_number")]
    [InlineData("wait_ms", "ms", "wait_seconds")]
    [InlineData("used", "By", "used_bytes")]
    [InlineData("timer.count", "{timer}", "timer_number")]
    [InlineData("9lives", null, "_9lives")]
    public void Names_follow_the_conventions(string instrument, string? unit, string expected) =>
        Assert.Equal(expected, MetricName.Of(instrument, unit, MetricKind.Gauge).Text);

    [Fact]
    public void The_process_shows_what_it_uses()
    {
        string text = Text();
        foreach (string name in new[] { "process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds", "process_open_fds" })
        {
            string line = Assert.Single(text.Split('\n'), each => each.StartsWith(name + " ", StringComparison.Ordinal));
            Assert.True(double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) > 0, line);
        }
    }

    [Fact]
    public void Recording_a_known_series_allocates_nothing()
    {
        Counter<long> counter = _meter.CreateCounter<long>("hot");
        var tag = new KeyValuePair<string, object?>("peer", "n2");
        counter.Add(1, tag);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int at = 0; at < 1000; at++)
        {
            counter.Add(1, tag);
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64, "recording allocates");
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_complain_of_in_the_whole_exposition()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/promtool"), "promtool is not installed (Debian package prometheus)");
        await using ApiFixture api = await ApiFixture.StartAsync();
        await api.GetAsync("/v1/cluster");
        using HttpResponseMessage response = await api.Client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        string text = await response.Content.ReadAsStringAsync();
        Assert.Contains("http_server_request_duration_seconds_bucket", text, StringComparison.Ordinal);
        Assert.Contains("cluster_api_streams_open 0\n", text, StringComparison.Ordinal);
        (int code, string output) = await PromtoolAsync(text);
        Assert.True(code == 0, output);

        // The check itself can fail.
        (int bad, _) = await PromtoolAsync(text + "# TYPE not_a_counter counter\nnot_a_counter 1\n");
        Assert.NotEqual(0, bad);
    }

    private static async Task<(int Code, string Output)> PromtoolAsync(string text)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/promtool", "check metrics")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return (process.ExitCode, output + await error);
    }

    private string Text() => Encoding.UTF8.GetString(_collector.Expose());
}
