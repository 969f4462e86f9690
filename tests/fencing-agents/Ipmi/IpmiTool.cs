using Cluster.Tests.Support;

namespace Cluster.Fencing.Ipmi.Tests;

/// <summary>The second opinion.</summary>
internal static class IpmiTool
{
    public static async Task<string> PowerAsync(int port, int suite, string passwordFile, string verb = "status")
    {
        var result = await ProcessRunner.RunAsync(
            "ipmitool",
            ["-I", "lanplus", "-H", "127.0.0.1", "-p", $"{port}", "-U", "admin", "-f", passwordFile, "-C", $"{suite}", "chassis", "power", verb],
            TimeSpan.FromSeconds(30));
        Assert.True(result.ExitCode == 0, $"ipmitool chassis power {verb}: {result.Output}{result.Error}");
        return result.Output.Trim();
    }
}
