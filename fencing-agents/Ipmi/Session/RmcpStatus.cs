namespace Cluster.Fencing.Ipmi.Session;

/// <summary>The status codes of the session set-up (IPMI 2.0, table 13-15).</summary>
internal static class RmcpStatus
{
    public const byte Ok = 0x00;

    public static string Text(byte status) => status switch
    {
        0x01 => "insufficient resources to create a session",
        0x02 => "invalid session id",
        0x03 => "invalid payload type",
        0x04 => "invalid authentication algorithm",
        0x05 => "invalid integrity algorithm",
        0x06 => "no matching authentication payload",
        0x07 => "no matching integrity payload",
        0x08 => "inactive session id",
        0x09 => "invalid role",
        0x0A => "unauthorized role or privilege level requested",
        0x0B => "insufficient resources to create a session at the requested role",
        0x0C => "invalid name length",
        0x0D => "unauthorized name",
        0x0E => "unauthorized GUID",
        0x0F => "invalid integrity check value",
        0x10 => "invalid confidentiality algorithm",
        0x11 => "no cipher suite matches the proposed algorithms",
        0x12 => "illegal or unrecognized parameter",
        _ => "unknown",
    };

    /// <summary>Whether the BMC does not do the proposed cipher suite, so that another one may be tried.</summary>
    public static bool RefusesSuite(byte status) => status is 0x04 or 0x05 or 0x06 or 0x07 or 0x10 or 0x11;

    /// <summary>Whether the BMC has no room for a session now, which passes.</summary>
    public static bool IsBusy(byte status) => status is 0x01 or 0x0B;

    /// <summary>
    /// What a refusal of RAKP message 1 means. A BMC that does not know the user says 0x0D; some say 0x12 or 0x0C.
    /// </summary>
    public static FenceFailure OfUserRefusal(byte status) => status switch
    {
        0x09 or 0x0A => FenceFailure.Privilege,
        0x0C or 0x0D or 0x0E or 0x0F or 0x12 => FenceFailure.Authentication,
        _ => FenceFailure.Device,
    };
}
