using System.Diagnostics;
using System.Text.Json;
using Cluster.Tests.DevCluster;

namespace Cluster.Integration.Tests;

/// <summary>The demo as a user runs it.</summary>
public class DemoTests
{
    [Theory]
    [InlineData("--stop", "follower", "observed-off")]
    [InlineData("--stop", "leader", "observed-off")]
    [InlineData("--break", "bmc-password", "confirmed-by-human")]
    public async Task The_demo_ends_well_and_reports_it(string option, string value, string evidence)
    {
        string report = Path.GetTempFileName();
        using Process demo = Process.Start(new ProcessStartInfo(
            RepositoryLayout.Program("tests/Demo", "cluster-demo"), ["demo", option, value, "--report", report])
        {
            RedirectStandardOutput = true,
        })!;
        string output = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(demo.ExitCode == 0, output);
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken));
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(evidence, json.RootElement.GetProperty("evidence").GetString());
        Assert.True(json.RootElement.GetProperty("countersExact").GetBoolean());
        Assert.True(json.RootElement.GetProperty("tokensIncreasing").GetBoolean());
        Dictionary<string, double> at = json.RootElement.GetProperty("timeline").EnumerateArray()
            .DistinctBy(step => step.GetProperty("step").GetString())
            .ToDictionary(step => step.GetProperty("step").GetString()!, step => step.GetProperty("atMs").GetDouble());
        double proven = at[evidence == "observed-off" ? "observedOff" : "confirmed"];
        Assert.True(at["inProcessGranting"] >= proven && at["userSpaceGranting"] >= proven, output);
        File.Delete(report);
    }
}
