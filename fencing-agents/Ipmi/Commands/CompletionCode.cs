using Cluster.Fencing.Ipmi.Rmcp;

namespace Cluster.Fencing.Ipmi.Commands;

/// <summary>The completion codes of commands (IPMI 2.0, table 5-2).</summary>
internal static class CompletionCode
{
    public const byte Ok = 0x00;

    /// <summary>The command does not fit the present state, e.g. power off while it is off.</summary>
    public const byte NotInThisState = 0xD5;

    public static string Text(byte code) => code switch
    {
        0xC0 => "node busy",
        0xC1 => "invalid command",
        0xC2 => "command invalid for this logical unit",
        0xC3 => "timeout while processing the command",
        0xC4 => "out of space",
        0xC5 => "reservation cancelled or invalid",
        0xC6 => "request data truncated",
        0xC7 => "request data length invalid",
        0xC8 => "request data field too long",
        0xC9 => "parameter out of range",
        0xCA => "cannot return that many bytes",
        0xCB => "requested sensor, data or record not present",
        0xCC => "invalid data field in the request",
        0xCD => "command illegal for this sensor or record",
        0xCE => "response could not be provided",
        0xCF => "duplicated request",
        0xD0 => "response could not be provided: SDR repository in update mode",
        0xD1 => "response could not be provided: device in firmware update mode",
        0xD2 => "response could not be provided: BMC is initialising",
        0xD3 => "destination unavailable",
        0xD4 => "insufficient privilege level",
        0xD5 => "not supported in the present state",
        0xD6 => "command disabled or unavailable",
        0xFF => "unspecified error",
        _ => "device- or command-specific error",
    };

    /// <summary>Throws unless the command succeeded.</summary>
    public static void Require(IpmiRequest request, IpmiResponse response, IpmiOptions options)
    {
        var code = response.CompletionCode;
        if (code == Ok)
        {
            return;
        }

        var failure = code == 0xD4 ? FenceFailure.Privilege : FenceFailure.Device;
        var advice = failure == FenceFailure.Privilege
            ? "Give the user the operator privilege on the BMC's LAN channel."
            : "Check the BMC's log.";
        throw new IpmiException(failure, Passes(code) ? Recovery.Repeat : Recovery.None,
            $"{options.Bmc} refused '{request.Name}': {Text(code)} (0x{code:X2}). {advice}");
    }

    /// <summary>Throws for an answer that is shorter than the command's.</summary>
    public static IpmiException CutShort(IpmiRequest request, IpmiOptions options) => new(
        FenceFailure.Device, Recovery.None, $"{options.Bmc} answered '{request.Name}' with too few bytes. Update its firmware.");

    private static bool Passes(byte code) => code is 0xC0 or 0xC3 or 0xC4 or 0xCE or 0xCF or 0xD1 or 0xD2;
}
