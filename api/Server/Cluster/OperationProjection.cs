using System.Globalization;
using Cluster.Api.Contract;
using Cluster.Membership;

namespace Cluster.Api.Server.Cluster;

/// <summary>Fence operations as documents. Runs on the node's loop: it only copies.</summary>
internal static class OperationProjection
{
    public static string Url(ulong id) => string.Create(CultureInfo.InvariantCulture, $"/v1/fencing/operations/{id}");

    public static FenceOperationDocument Of(FenceOperation operation, ClusterState state)
    {
        var attempts = new FenceAttemptDocument[operation.Attempts.Count];
        for (int at = 0; at < attempts.Length; at++)
        {
            attempts[at] = Of(operation.Attempts[at], state);
        }

        return new FenceOperationDocument
        {
            Id = operation.Id.Value,
            Url = Url(operation.Id.Value),
            Node = operation.NodeName,
            Incarnation = operation.Incarnation.Value,
            Kind = DocumentMap.Of(operation.Kind),
            Reason = operation.Reason,
            Requester = operation.Requester,
            Phase = DocumentMap.Of(operation.Phase),
            Result = DocumentMap.Optional(operation.Result),
            Evidence = DocumentMap.Of(operation.Evidence),
            OpenedAt = DocumentMap.Time(operation.OpenedAtUnixMs),
            ClosedAt = DocumentMap.OptionalTime(operation.ClosedAtUnixMs),
            Attempts = attempts,
        };
    }

    private static FenceAttemptDocument Of(FenceAttempt attempt, ClusterState state) => new()
    {
        Number = attempt.Number,
        Executor = state.FindNode(attempt.Executor)?.Name ?? attempt.Executor.ToString(),
        Level = attempt.Level,
        Action = DocumentMap.Of(attempt.Action),
        State = !attempt.Ended ? FenceAttemptState.Running
            : attempt.Succeeded ? FenceAttemptState.Succeeded
            : FenceAttemptState.Failed,
        Evidence = DocumentMap.Of(attempt.Evidence),
        Failure = DocumentMap.Optional(attempt.Failure),
        Detail = DocumentMap.Optional(attempt.Detail),
        Device = DocumentMap.Optional(attempt.Device),
        StartedAt = DocumentMap.Time(attempt.StartedAtUnixMs),
        TookMs = attempt.Ended ? attempt.TookMs : null,
    };
}
