using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>
/// Requests made on this node that are not decided yet: numbers them, and has them brought to the leader until their outcome is applied
/// here; the state machine sees to it that a request has its effect once.
/// </summary>
internal sealed class PendingRequests(NodeId self, ulong firstRequest, MembershipTiming timing, IReplicatedLog log)
{
    private readonly PendingProposals<bool> _pending = new(self, log, 6 * timing.HeartbeatInterval);
    private ulong _next = firstRequest;

    public ulong Add(Command command, bool isInternal, long wallClockMs)
    {
        ulong request = _next++;
        command.Proposer = self.Value;
        command.Request = request;
        command.AtUnixMs = wallClockMs;
        _pending.Add(request, command.ToByteArray(), isInternal);
        return request;
    }

    /// <summary>The requests that are not decided.</summary>
    public IReadOnlyList<ulong> Numbers() => _pending.Sequences();

    public void Forget(ulong request) => _pending.Forget(request);

    /// <summary>Takes a request off the list when its outcome is applied.</summary>
    /// <returns>Whether it was on it, and whether it was made by the core itself.</returns>
    public (bool Found, bool IsInternal) Complete(ulong request) =>
        (_pending.TryComplete(request, out bool isInternal), isInternal);

    public void Tick(MonotonicTime now, List<RaftMessage> messages) => _pending.Tick(now, messages);
}
