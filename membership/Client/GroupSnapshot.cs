using Cluster.Membership;

namespace Cluster.Client;

/// <summary>One group in a snapshot. Its members are told by <see cref="GroupChange.Started"/>, to its members. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Generation">The newest generation that was started.</param>
/// <param name="Phase">Where it stands: stopped (also when nobody is in it), starting or ready.</param>
public sealed record GroupSnapshot(string Name, Generation Generation, GroupPhase Phase);
