using System.Globalization;
using System.Text;

namespace Cluster.Tests.DevCluster.Counters;

/// <summary>
/// What one workload process did, a line each, handed to the kernel before it goes on: <c>P</c> an increment is about to be written, <c>C</c> it is
/// confirmed, <c>T</c> a lock of another node was taken over, <c>E</c> something went wrong.
/// </summary>
public sealed class WorkloadJournal(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly Lock _gate = new();

    /// <summary>Microseconds since 1970, the unit of all times in a journal.</summary>
    public static long NowMicroseconds => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / 10;

    /// <summary>An increment is about to be written.</summary>
    public void Intend(string counter, long value, ulong token, ulong writer) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"P {counter} {value} {token} {writer}\n"));

    /// <summary>An increment was written.</summary>
    public void Confirm(string counter, long value, ulong token, ulong writer) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"C {counter} {value} {token} {writer}\n"));

    /// <summary>A lock that another node held was granted here.</summary>
    public void TakeOver(string manager, string resource, ulong token) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"T {manager} {resource} {token} {NowMicroseconds}\n"));

    /// <summary>A rule was broken.</summary>
    public void Wrong(string what) => Write($"E {what.ReplaceLineEndings(" ")}\n");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Write(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        lock (_gate)
        {
            _file.Write(bytes);
        }
    }
}
