using Cluster.Fencing.Ipmi.Rmcp;
using Cluster.Fencing.Ipmi.Session;

namespace Cluster.Fencing.Ipmi.Commands;

/// <summary>Get Chassis Status (IPMI 2.0, section 28.2). Bit 0 of the first byte is the power.</summary>
internal static class ChassisStatus
{
    private const byte PowerIsOn = 0x01;

    public static readonly IpmiRequest Request = new("Get Chassis Status", NetFunction.Chassis, 0x01, []);

    public static async Task<PowerState> RunAsync(IpmiSession session, IpmiOptions options, CancellationToken cancellation)
    {
        var response = await session.SendAsync(Request, cancellation).ConfigureAwait(false);
        CompletionCode.Require(Request, response, options);
        if (response.Data.Length < 3)
        {
            // An answer that is not whole proves nothing about the power.
            throw CompletionCode.CutShort(Request, options);
        }

        return (response.Data[0] & PowerIsOn) != 0 ? PowerState.On : PowerState.Off;
    }
}
