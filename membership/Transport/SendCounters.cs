namespace Cluster.Transport;

/// <summary>What a channel has sent over all its connections. Added to by one writer at a time; read from any thread.</summary>
internal sealed class SendCounters
{
    private long _frames;
    private long _bytes;
    private long _framesLost;

    public long Frames => Volatile.Read(ref _frames);

    public long Bytes => Volatile.Read(ref _bytes);

    public long FramesLost => Volatile.Read(ref _framesLost);

    public void Sent(int frames, int bytes)
    {
        Volatile.Write(ref _frames, _frames + frames);
        Volatile.Write(ref _bytes, _bytes + bytes);
    }

    public void Lost(int frames) => Volatile.Write(ref _framesLost, _framesLost + frames);
}
