using System.Runtime.CompilerServices;

namespace Cluster.Locks;

/// <summary>
/// How many locks there are of each mode, and which modes occur at all: conflicts are found without walking a queue.
/// </summary>
[InlineArray(LockCompatibility.ModeCount)]
internal struct ModeCounts
{
    private int _first;

    /// <summary>The modes that occur, as a set of bits.</summary>
    public readonly byte Set
    {
        get
        {
            int set = 0;
            for (int mode = 0; mode < LockCompatibility.ModeCount; mode++)
            {
                set |= this[mode] > 0 ? 1 << mode : 0;
            }

            return (byte)set;
        }
    }

    public void Add(LockMode mode) => this[(int)mode]++;

    public void Remove(LockMode mode)
    {
        Invariant.Check(this[(int)mode] > 0, "a mode is taken off a count only after it was put on");
        this[(int)mode]--;
    }
}
