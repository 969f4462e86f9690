namespace Cluster.Fencing.Ipmi.Session;

/// <summary>What makes one RAKP exchange unlike any other.</summary>
/// <param name="ConsoleSession">The session's number on our side (SIDM).</param>
/// <param name="BmcSession">The session's number on the BMC's side (SIDC).</param>
/// <param name="ConsoleRandom">Our 16 random bytes (RM).</param>
/// <param name="BmcRandom">The BMC's 16 random bytes (RC).</param>
/// <param name="BmcGuid">The BMC's 16-byte identity (GUIDC).</param>
internal sealed record RakpNonces(
    uint ConsoleSession, uint BmcSession, byte[] ConsoleRandom, byte[] BmcRandom, byte[] BmcGuid);
