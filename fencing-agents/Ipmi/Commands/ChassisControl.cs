using Cluster.Fencing.Ipmi.Rmcp;
using Cluster.Fencing.Ipmi.Session;

namespace Cluster.Fencing.Ipmi.Commands;

/// <summary>
/// Chassis Control (IPMI 2.0, section 28.3): power down hard (0) and power up (1). Not "soft shutdown" (5), which asks the very
/// system that hangs; not "cycle" (2), which some BMCs refuse when the power is off and report done too early.
/// </summary>
internal static class ChassisControl
{
    public static IpmiRequest Request(PowerState wanted) => wanted == PowerState.Off
        ? new IpmiRequest("Chassis Control: power down", NetFunction.Chassis, 0x02, [0x00])
        : new IpmiRequest("Chassis Control: power up", NetFunction.Chassis, 0x02, [0x01]);

    public static async Task RunAsync(
        IpmiSession session, IpmiOptions options, PowerState wanted, CancellationToken cancellation)
    {
        var request = Request(wanted);
        var response = await session.SendAsync(request, cancellation).ConfigureAwait(false);
        if (response.CompletionCode != CompletionCode.NotInThisState)
        {
            CompletionCode.Require(request, response, options);
        }
    }
}
