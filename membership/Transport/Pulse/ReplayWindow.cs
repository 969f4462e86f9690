namespace Cluster.Transport.Pulse;

/// <summary>Takes each number once, in about any order (RFC 4303 section 3.4.3): what is more than 64 behind the greatest is taken for old.</summary>
internal struct ReplayWindow(ulong first)
{
    private const int Width = 64;
    private readonly ulong _first = first;
    private ulong _greatest;
    private ulong _seen;

    /// <summary>Takes a number; false when it was taken before or may have been.</summary>
    public bool TryTake(ulong number)
    {
        if (number < _first || number == 0)
        {
            return false;
        }

        if (number > _greatest)
        {
            ulong ahead = number - _greatest;
            _seen = ahead < Width ? (_seen << (int)ahead) | 1 : 1;
            _greatest = number;
            return true;
        }

        ulong behind = _greatest - number;
        if (behind >= Width || (_seen & (1UL << (int)behind)) != 0)
        {
            return false;
        }

        _seen |= 1UL << (int)behind;
        return true;
    }
}
