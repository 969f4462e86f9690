using System.Globalization;
using Cluster.Benchmarks.Report;

namespace Cluster.Benchmarks.Detection;

/// <summary>What is aimed at.</summary>
internal static class DetectionTargets
{
    private static readonly (string Profile, string Victim, double Ms)[] s_targets =
        [("lan", "follower", 1200), ("lan", "leader", 2000), ("fast", "follower", 300), ("fast", "leader", 600)];

    /// <summary>Judges what was measured. The worst counts, on an idle machine; under full load it is shown.</summary>
    public static void Judge(DetectionReport report)
    {
        foreach ((string profile, string victim, double ms) in s_targets)
        {
            if (report.Detection.FirstOrDefault(row => row is { System: "cluster", Load: "idle" } && row.Setting == profile && row.Victim == victim) is { } row)
            {
                report.Verdicts.Add(new Verdict(
                    $"{profile}: {victim} killed -> event at every survivor", Inv($"<= {ms:0} ms each time"), Inv($"worst {row.WorstMs:0} ms"), row.WorstMs <= ms));
            }
        }

        foreach (FalseDownRow row in report.FalseDowns.Where(row => row.System == "cluster"))
        {
            report.Verdicts.Add(new Verdict($"{row.Setting}: false downs in {row.Minutes:0.#} min, {row.Load}", "0", Inv($"{row.Downs}"), row.Downs == 0));
        }
    }

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
