namespace Cluster.Tests.BmcSimulator;

/// <summary>A user of the BMC.</summary>
/// <param name="Name">At most 16 bytes.</param>
/// <param name="Password">At most 20 bytes.</param>
/// <param name="Privilege">The highest level: 2 user, 3 operator, 4 administrator.</param>
public sealed record BmcUser(string Name, string Password, int Privilege = 4);
