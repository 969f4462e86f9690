using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>
/// Requests made on this node that are not decided yet. Each is brought to the leader again and again, with growing pauses, until its outcome is
/// applied here; the state machine sees to it that a request has its effect once.
/// </summary>
internal sealed class PendingRequests(NodeId self, ulong firstRequest, MembershipTiming timing, IReplicatedLog log)
{
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(1);
    private readonly List<Pending> _pending = [];
    private ulong _next = firstRequest;

    public ulong Add(Command command, bool isInternal, long wallClockMs)
    {
        ulong request = _next++;
        command.Proposer = self.Value;
        command.Request = request;
        command.AtUnixMs = wallClockMs;
        _pending.Add(new Pending(request, command.ToByteArray(), isInternal));
        return request;
    }

    /// <summary>The requests that are not decided.</summary>
    public ulong[] Numbers() => [.. _pending.Select(pending => pending.Request)];

    public void Forget(ulong request) => _pending.RemoveAll(pending => pending.Request == request);

    /// <summary>Takes a request off the list when its outcome is applied.</summary>
    /// <returns>Whether it was on it, and whether it was made by the core itself.</returns>
    public (bool Found, bool IsInternal) Complete(ulong request)
    {
        for (int i = 0; i < _pending.Count; i++)
        {
            if (_pending[i].Request == request)
            {
                bool isInternal = _pending[i].IsInternal;
                _pending.RemoveAt(i);
                return (true, isInternal);
            }
        }

        return (false, false);
    }

    public void Tick(MonotonicTime now, List<PeerMessage> messages)
    {
        ReplicatedLogStatus status = log.Status;
        foreach (Pending pending in _pending)
        {
            if (status.IsLeader)
            {
                // Once in the log of this term it stays there; only a later leader could lose it.
                if (pending.ProposedIn != status.Term && log.TryPropose(pending.Payload, now, out _))
                {
                    pending.ProposedIn = status.Term;
                }
            }
            else if (!status.Leader.IsNone && (now >= pending.SendAgainAt || pending.SentTo != status.Leader))
            {
                messages.Add(new ForwardedCommand(self, status.Leader, pending.Payload));
                pending.SentTo = status.Leader;
                pending.ProposedIn = Term.Zero;
                pending.Pause = pending.Pause == TimeSpan.Zero ? 6 * timing.HeartbeatInterval : 2 * pending.Pause;
                pending.Pause = pending.Pause > s_pauseMax ? s_pauseMax : pending.Pause;
                pending.SendAgainAt = now + pending.Pause;
            }
        }
    }

    private sealed class Pending(ulong request, byte[] payload, bool isInternal)
    {
        public ulong Request { get; } = request;

        public byte[] Payload { get; } = payload;

        public bool IsInternal { get; } = isInternal;

        public Term ProposedIn { get; set; }

        public NodeId SentTo { get; set; }

        public TimeSpan Pause { get; set; }

        public MonotonicTime SendAgainAt { get; set; }
    }
}
