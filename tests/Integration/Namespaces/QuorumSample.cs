namespace Cluster.Integration.Tests.Namespaces;

/// <summary>What one node said of itself at one moment.</summary>
/// <param name="Node">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Asked">When it was asked (UTC): what it said was true at this moment or later.</param>
/// <param name="Answered">When the answer was there: what it said was true at this moment or before.</param>
/// <param name="Incarnation">Its own life, as far as it has applied the log.</param>
/// <param name="LeaseRemaining">What was left of its lease; zero or less when it held none.</param>
/// <param name="LeadsIn">The term in which it leads a confirmed majority; 0 when it does not.</param>
internal readonly record struct QuorumSample(
    int Node, string Name, DateTime Asked, DateTime Answered, ulong Incarnation, TimeSpan LeaseRemaining, ulong LeadsIn)
{
    /// <summary>Its lease ended then or later.</summary>
    public DateTime LeaseEndsAtLeast => Asked + LeaseRemaining;
}
