using Cluster.Membership;

namespace Cluster.Locks;

/// <summary>One lock of one member. Never used again, not even after the lock is gone.</summary>
/// <param name="Owner">The member that asked for it.</param>
/// <param name="Number">Counts the requests of that member, from 1.</param>
public readonly record struct LockId(MemberId Owner, ulong Number) : IComparable<LockId>
{
    /// <inheritdoc/>
    public bool Equals(LockId other) => Number == other.Number && Owner.Value == other.Owner.Value;

    /// <summary>A fixed hash: the same on every machine and in every run.</summary>
    public override int GetHashCode()
    {
        ulong mixed = (Number + (Owner.Value * 0x9E3779B97F4A7C15UL)) * 0xBF58476D1CE4E5B9UL;
        return (int)(mixed >> 32);
    }

    /// <inheritdoc/>
    public int CompareTo(LockId other)
    {
        int byOwner = Owner.CompareTo(other.Owner);
        return byOwner != 0 ? byOwner : Number.CompareTo(other.Number);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Owner}/{Number}";

    public static bool operator <(LockId left, LockId right) => left.CompareTo(right) < 0;

    public static bool operator >(LockId left, LockId right) => left.CompareTo(right) > 0;

    public static bool operator <=(LockId left, LockId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LockId left, LockId right) => left.CompareTo(right) >= 0;
}
