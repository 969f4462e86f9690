using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>
/// Spreads names over members so that a member that comes or goes moves only its own share (highest random weight: Thaler and
/// Ravishankar, IEEE/ACM ToN 6(1), 1998). All members of a generation compute the same.
/// </summary>
internal static class Rendezvous
{
    /// <summary>The member for a name; <paramref name="members"/> must not be empty.</summary>
    public static MemberId Choose(ResourceName name, ReadOnlySpan<MemberId> members)
    {
        MemberId best = members[0];
        ulong bestWeight = 0;
        foreach (MemberId member in members)
        {
            ulong weight = Weight(name.Hash, member.Value);
            if (weight > bestWeight || (weight == bestWeight && member < best))
            {
                best = member;
                bestWeight = weight;
            }
        }

        return best;
    }

    private static ulong Weight(ulong name, ulong member)
    {
        ulong mixed = name ^ (member * 0x9E3779B97F4A7C15UL);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }
}
