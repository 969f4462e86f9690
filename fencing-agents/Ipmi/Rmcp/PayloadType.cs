namespace Cluster.Fencing.Ipmi.Rmcp;

/// <summary>What an RMCP+ packet carries (IPMI 2.0, table 13-16).</summary>
internal enum PayloadType : byte
{
    Ipmi = 0x00,
    OpenSessionRequest = 0x10,
    OpenSessionResponse = 0x11,
    Rakp1 = 0x12,
    Rakp2 = 0x13,
    Rakp3 = 0x14,
    Rakp4 = 0x15,
}
