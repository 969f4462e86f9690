using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Cluster;

/// <summary>Some retained events.</summary>
/// <param name="Events">In order.</param>
/// <param name="DroppedThrough">Events up to here may be gone; <see cref="EventPosition.Start"/> when none is.</param>
/// <param name="Last">The newest event there is.</param>
internal sealed record EventSlice(IReadOnlyList<ClusterEvent> Events, EventPosition DroppedThrough, EventPosition Last);
