namespace Cluster.Fencing.Ipmi.Rmcp;

/// <summary>A command for the BMC.</summary>
internal sealed record IpmiRequest(string Name, NetFunction Function, byte Command, byte[] Data);
