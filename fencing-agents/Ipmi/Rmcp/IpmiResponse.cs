namespace Cluster.Fencing.Ipmi.Rmcp;

/// <summary>A BMC's answer to a command.</summary>
internal sealed record IpmiResponse(byte Function, byte Command, byte Sequence, byte CompletionCode, byte[] Data)
{
    /// <summary>Whether this answers <paramref name="request"/>, sent under <paramref name="sequence"/>.</summary>
    public bool Answers(IpmiRequest request, byte sequence) =>
        Function == (byte)request.Function + 1 && Command == request.Command && Sequence == sequence;
}
