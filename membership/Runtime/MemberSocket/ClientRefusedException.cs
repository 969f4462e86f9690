using Cluster.Client.Protocol;

namespace Cluster.Runtime.MemberSocket;

/// <summary>A client is refused, and told why.</summary>
internal sealed class ClientRefusedException(RefusalReason reason, string detail) : Exception(detail)
{
    /// <summary>What it is told.</summary>
    public Refused Refusal { get; } = new() { Reason = reason, Detail = detail };
}
