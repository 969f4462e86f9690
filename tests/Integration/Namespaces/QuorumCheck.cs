using System.Globalization;
using Cluster.Api.Contract;

namespace Cluster.Integration.Tests.Namespaces;

/// <summary>
/// Looks for a moment at which two sides acted for the cluster. All nodes share this machine's clock, so their words can be compared.
/// </summary>
internal static class QuorumCheck
{
    // The event's time is the proposer's, in whole milliseconds.
    private static readonly TimeSpan s_rounding = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// S2: a lease that had not ended when its holder was declared down. The time of the event is that of the proposal, which precedes all that follows from it.
    /// </summary>
    public static IEnumerable<string> LeasesBeyondDown(IEnumerable<QuorumSample> samples, IEnumerable<CloudEvent> events)
    {
        Dictionary<(string Node, ulong Incarnation), DateTime> downs = events
            .Where(each => each.Data is NodeDownData)
            .ToDictionary(each => (((NodeDownData)each.Data).Node, ((NodeDownData)each.Data).Incarnation), each => each.Time);
        foreach (QuorumSample sample in samples)
        {
            if (sample.LeaseRemaining > TimeSpan.Zero
                && downs.TryGetValue((sample.Name, sample.Incarnation), out DateTime down)
                && sample.LeaseEndsAtLeast > down + s_rounding)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{sample.Name} was declared down at {down:HH:mm:ss.fff} while its lease ran until {sample.LeaseEndsAtLeast:HH:mm:ss.fff} at least");
            }
        }
    }

    /// <summary>Two nodes that led a confirmed majority at the same time: one of them did before and after the other one did, in the same term.</summary>
    public static IEnumerable<string> TwoLeaders(IEnumerable<QuorumSample> samples)
    {
        QuorumSample[] leading = [.. samples.Where(sample => sample.LeadsIn != 0).OrderBy(sample => sample.Asked)];
        var tenures = leading
            .GroupBy(sample => (sample.Node, sample.LeadsIn))
            .Select(tenure => (tenure.Key.Node, First: tenure.Min(sample => sample.Answered), Last: tenure.Max(sample => sample.Asked)))
            .ToList();
        foreach (QuorumSample sample in leading)
        {
            foreach ((int node, DateTime first, DateTime last) in tenures)
            {
                if (node != sample.Node && first < sample.Asked && sample.Answered < last)
                {
                    yield return string.Create(
                        CultureInfo.InvariantCulture,
                        $"{sample.Name} led at {sample.Asked:HH:mm:ss.fff} while n{node} led from {first:HH:mm:ss.fff} to {last:HH:mm:ss.fff}");
                }
            }
        }
    }
}
