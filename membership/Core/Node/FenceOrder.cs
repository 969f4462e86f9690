using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>A committed attempt that names this node: the shell runs the agent and reports through
/// <see cref="ClusterNode.AttemptFinished"/>.</summary>
/// <param name="Operation">The operation; 0 in two-node mode, where the intent stands in this node's own log until it is committed afterwards.</param>
/// <param name="Attempt">The attempt's number in it; without an operation, the number of the intent.</param>
/// <param name="Target">The target's name.</param>
/// <param name="Level">Which fencing level to use.</param>
/// <param name="Action">Off (and observe) or on.</param>
/// <param name="Deadline">How long it may take.</param>
public sealed record FenceOrder(
    OperationId Operation,
    uint Attempt,
    string Target,
    int Level,
    AttemptAction Action,
    TimeSpan Deadline);
