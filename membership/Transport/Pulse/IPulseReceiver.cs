namespace Cluster.Transport.Pulse;

/// <summary>Takes what arrives by pulse. Called on the pulse thread; must be cheap and never wait.</summary>
public interface IPulseReceiver
{
    /// <summary>A message arrived, for the first time.</summary>
    /// <param name="peer">The process that sent it.</param>
    /// <param name="body">The message. Good during the call only.</param>
    void Received(LinkPeer peer, ReadOnlyMemory<byte> body);

    /// <summary>The pulse thread looked up: once in a while when nothing arrives.</summary>
    void Idle()
    {
    }

    /// <summary>A datagram was taken up so long after the kernel had it.</summary>
    void Delayed(TimeSpan delay)
    {
    }
}
