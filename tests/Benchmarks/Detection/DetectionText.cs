using System.Globalization;
using System.Text;
using Cluster.Benchmarks.Report;

namespace Cluster.Benchmarks.Detection;

/// <summary>The report for people.</summary>
internal static class DetectionText
{
    public static string Head(DetectionReport report)
    {
        MachineReport machine = report.Machine;
        StringBuilder text = new();
        text.AppendLine(Inv($"{machine.Processor}, {machine.Cores} cores, Linux {machine.Kernel}, {machine.Runtime}; corosync {report.Corosync ?? "is left out"}; load average {machine.LoadAverage:0.0}"));
        if (machine.LoadAverage > machine.Cores / 4.0)
        {
            text.AppendLine("WARNING: other work runs on this machine; the numbers are worse than they need be");
        }

        if (machine.Quick)
        {
            text.AppendLine("quick run: the numbers mean nothing");
        }

        return text.AppendLine().AppendLine("system    setting                   load  victim     median ms   worst ms   each").ToString();
    }

    public static string Row(DetectionRow row)
    {
        string each = string.Join(' ', row.Ms.Select(ms => Inv($"{ms:0}")));
        return Inv($"{row.System,-9} {row.Setting,-25} {row.Load,-5} {row.Victim,-9} {row.MedianMs,10:0} {row.WorstMs,10:0}   {each}\n");
    }

    public static string Row(FalseDownRow row)
    {
        string stalls = string.Join(", ", row.WorstStalls.Select(stall => Inv($"{stall.Key} {stall.Value:0.######}")));
        return Inv($"{row.System,-9} {row.Setting,-25} {row.Load,-5} nobody killed for {row.Minutes:0.#} min: {row.Downs} false downs, {row.LeaderChanges} other changes; {stalls}\n");
    }

    public static string Tail(DetectionReport report)
    {
        StringBuilder text = new("\n");
        foreach (Verdict verdict in report.Verdicts)
        {
            text.AppendLine($"{(verdict.Met ? "met    " : "NOT MET")}  {verdict.What}: {verdict.Measured} (target {verdict.Target})");
        }

        return text.AppendLine().AppendJoin('\n', report.Method.Select(line => $"- {line}")).AppendLine().ToString();
    }

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
