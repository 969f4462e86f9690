using Cluster.Membership;

namespace Cluster.Client;

/// <summary>
/// Events were asked for after a position that is older than what is retained: a gap can't be excluded. Take a fresh snapshot and
/// go on from its position.
/// </summary>
public sealed class EventsTrimmedException(EventPosition asked, EventPosition oldest)
    : Exception($"events after {asked} were asked for, but events up to {oldest} are not retained any more; "
        + "take a snapshot and watch from its position")
{
    /// <summary>The position that was asked for.</summary>
    public EventPosition Asked { get; } = asked;

    /// <summary>Events after this position can be had.</summary>
    public EventPosition Oldest { get; } = oldest;
}
