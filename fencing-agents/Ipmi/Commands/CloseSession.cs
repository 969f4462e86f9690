using System.Buffers.Binary;
using Cluster.Fencing.Ipmi.Rmcp;

namespace Cluster.Fencing.Ipmi.Commands;

/// <summary>Close Session (IPMI 2.0, section 22.19).</summary>
internal static class CloseSession
{
    public static IpmiRequest Request(uint bmcSession)
    {
        var data = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, bmcSession);
        return new IpmiRequest("Close Session", NetFunction.Application, 0x3C, data);
    }
}
