using Cluster.Fencing.Ipmi.Rmcp;

namespace Cluster.Fencing.Ipmi.Commands;

/// <summary>Get Channel Authentication Capabilities (IPMI 2.0, section 22.13): whether the BMC speaks IPMI 2.0 on this channel.</summary>
internal static class ChannelCapabilities
{
    private const byte ThisChannelWithExtendedData = 0x8E;
    private const byte HasExtendedData = 0x80;
    private const byte BmcKeySet = 0x20;
    private const byte SpeaksVersion2 = 0x02;

    public static IpmiRequest Request(byte privilege) => new(
        "Get Channel Authentication Capabilities", NetFunction.Application, 0x38, [ThisChannelWithExtendedData, privilege]);

    public static void Check(IpmiResponse response, IpmiOptions options)
    {
        var request = Request(options.Privilege);
        CompletionCode.Require(request, response, options);
        if (response.Data.Length < 4)
        {
            throw CompletionCode.CutShort(request, options);
        }

        if ((response.Data[1] & HasExtendedData) == 0 || (response.Data[3] & SpeaksVersion2) == 0)
        {
            throw new IpmiException(FenceFailure.Configuration, Recovery.None,
                $"{options.Bmc} offers no IPMI 2.0 sessions on this channel, only weaker ones, which are never used. Enable IPMI 2.0 (RMCP+).");
        }

        if ((response.Data[2] & BmcKeySet) != 0)
        {
            throw new IpmiException(FenceFailure.Configuration, Recovery.None,
                $"{options.Bmc} has a BMC key (K_g) set, which is not supported. Clear it.");
        }
    }
}
