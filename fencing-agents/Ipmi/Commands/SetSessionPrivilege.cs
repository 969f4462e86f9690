using Cluster.Fencing.Ipmi.Rmcp;
using Cluster.Fencing.Ipmi.Session;

namespace Cluster.Fencing.Ipmi.Commands;

/// <summary>Set Session Privilege Level (IPMI 2.0, section 22.18): sessions begin as "user", which may not switch power.</summary>
internal static class SetSessionPrivilege
{
    public static IpmiRequest Request(byte privilege) =>
        new("Set Session Privilege Level", NetFunction.Application, 0x3B, [privilege]);

    public static async Task RunAsync(IpmiSession session, IpmiOptions options, CancellationToken cancellation)
    {
        var request = Request(options.Privilege);
        var response = await session.SendAsync(request, cancellation).ConfigureAwait(false);

        // The command's own codes: the level is not available to the user, or exceeds the user's or channel's limit.
        var aboveLimit = response.CompletionCode is 0x80 or 0x81;
        if (!aboveLimit)
        {
            CompletionCode.Require(request, response, options);
        }

        if (aboveLimit || (response.Data.Length > 0 && (response.Data[0] & 0x0F) < options.Privilege))
        {
            throw new IpmiException(FenceFailure.Privilege, Recovery.None,
                $"{options.Bmc} does not let this user become {(options.Privilege == IpmiOptions.Operator ? "operator" : "administrator")}. "
                + "Raise the user's limit on the BMC's LAN channel, or change 'privilege'.");
        }
    }
}
