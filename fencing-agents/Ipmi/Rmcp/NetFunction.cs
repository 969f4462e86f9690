namespace Cluster.Fencing.Ipmi.Rmcp;

/// <summary>The request network functions in use (IPMI 2.0, table 5-1). A response's is one greater.</summary>
internal enum NetFunction : byte
{
    Chassis = 0x00,
    Application = 0x06,
}
