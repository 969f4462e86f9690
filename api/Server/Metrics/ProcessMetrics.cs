using System.Globalization;

namespace Cluster.Api.Server.Metrics;

/// <summary>
/// The process metrics that Prometheus' own client libraries agree on, read from proc(5). What can't be read is left out.
/// </summary>
internal static class ProcessMetrics
{
    private const int TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    public static void Write(ExpositionWriter text)
    {
        try
        {
            WriteFromProc(text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            // /proc is not mounted or not what it should be; the other metrics still count.
        }
    }

    private static void WriteFromProc(ExpositionWriter text)
    {
        string stat = File.ReadAllText("/proc/self/stat");
        // The second field, the name, may hold spaces and parentheses; the third begins after the last parenthesis.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double Field(int number) => double.Parse(fields[number - 3], CultureInfo.InvariantCulture);

        text.WriteSingle(
            "process_cpu_seconds_total", MetricKind.Counter, "Processor time used, user and system.", (Field(14) + Field(15)) / TicksPerSecond);
        text.WriteSingle("process_threads", MetricKind.Gauge, "Threads of the process.", Field(20));
        text.WriteSingle("process_virtual_memory_bytes", MetricKind.Gauge, "Virtual memory size.", Field(23));
        text.WriteSingle(
            "process_resident_memory_bytes", MetricKind.Gauge, "Resident memory size.", Field(24) * Environment.SystemPageSize);
        text.WriteSingle(
            "process_start_time_seconds", MetricKind.Gauge, "When the process was started, in seconds since 1970.", BootTime() + (Field(22) / TicksPerSecond));
        text.WriteSingle(
            "process_open_fds", MetricKind.Gauge, "Open file descriptors.", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
    }

    private static double BootTime()
    {
        string line = File.ReadLines("/proc/stat").First(each => each.StartsWith("btime ", StringComparison.Ordinal));
        return double.Parse(line.AsSpan("btime ".Length), CultureInfo.InvariantCulture);
    }
}
