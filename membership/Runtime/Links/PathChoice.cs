namespace Cluster.Runtime.Links;

/// <summary>How one path to a peer looks at the moment.</summary>
internal enum PathHealth
{
    /// <summary>There is no connection.</summary>
    Down,

    /// <summary>There is a connection, but what was sent over it is not known to arrive.</summary>
    Silent,

    /// <summary>All is well.</summary>
    Good,
}

/// <summary>
/// Which of the paths to a peer carries what goes over one path only: the first good one in order of preference. It leaves a path at once when that fails
/// and another is good; back to a preferred one only when that has been good for a while, so that one that comes and goes is not followed.
/// </summary>
internal sealed class PathChoice
{
    /// <summary>How long a preferred path has to be good before traffic goes back to it, in milliseconds.</summary>
    public const long ProofMs = 1000;

    private long _preferredGoodSince = long.MaxValue;
    private int _preferred = -1;

    /// <summary>The chosen path.</summary>
    public int Current { get; private set; }

    /// <summary>Begins anew with other paths.</summary>
    public void Reset(int current)
    {
        Current = current;
        _preferred = -1;
    }

    /// <summary>Looks at the paths again.</summary>
    /// <param name="paths">Their health, the preferred path first; at least one.</param>
    /// <param name="nowMs">The time, in milliseconds.</param>
    /// <returns>True when another path is chosen now.</returns>
    public bool Choose(ReadOnlySpan<PathHealth> paths, long nowMs)
    {
        int best = paths.IndexOf(PathHealth.Good);
        if (best != _preferred)
        {
            (_preferred, _preferredGoodSince) = (best, nowMs);
        }

        int next = paths[Current] switch
        {
            PathHealth.Good => best < Current && nowMs - _preferredGoodSince >= ProofMs ? best : Current,
            _ when best >= 0 => best,

            // Nothing is known to work. A connection may still carry what is sent, if the other end only stands still.
            PathHealth.Down when paths.IndexOf(PathHealth.Silent) is >= 0 and var silent => silent,
            _ => Current,
        };
        bool moved = next != Current;
        Current = next;
        return moved;
    }
}
