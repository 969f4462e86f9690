namespace Cluster.Tests.Support;

/// <summary>A further user of ipmi_sim.</summary>
/// <param name="Name">The name.</param>
/// <param name="Password">The password.</param>
/// <param name="Privilege"><c>user</c>, <c>operator</c> or <c>admin</c>.</param>
public sealed record IpmiSimUser(string Name, string Password, string Privilege);
