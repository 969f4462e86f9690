namespace Cluster.Api.Contract;

/// <summary>Events in order.</summary>
/// <param name="Events">At most as many as were asked for.</param>
/// <param name="Next">What to pass as <c>after</c> next time. Always there, also when no event came.</param>
public sealed record EventPage(IReadOnlyList<CloudEvent> Events, string Next);
