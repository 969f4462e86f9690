using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <content>Committing afterwards what was intended and observed.</content>
internal sealed partial class TwoNodeStandoff
{
    private static readonly TimeSpan s_proposeAgain = TimeSpan.FromSeconds(1);
    private (NodeLifeState State, bool Running) _proposedAt;
    private MonotonicTime _proposeAgainAt = MonotonicTime.DistantPast;

    /// <summary>Brings into the ledger, step by step, what was intended and observed.</summary>
    private void Record(MonotonicTime now, long wallClockMs, Incarnation ownLife)
    {
        NodeRecord? node = state.FindNode(_peer);
        FenceOperation? operation = state.OpenOperation(_peer, _life);
        bool isLeft = node is null || node.Incarnation != _life || ownLife == Incarnation.None;
        if (isLeft || (node!.State != NodeLifeState.Up && operation is not { Phase: FencePhase.SeekingEvidence }))
        {
            _phase = Phase.Watching;
            _failures = 0;
            return;
        }

        if (Opponent(now) is not null)
        {
            // They met, and have lost each other again before it could be recorded.
            _phase = Phase.Watching;
            return;
        }

        FenceAttempt? running = operation?.Running;
        (NodeLifeState State, bool Running) at = (node.State, running is not null);
        if (!grantor.MayGrant(now) || (at == _proposedAt && now < _proposeAgainAt))
        {
            return;
        }

        Command command = new() { AtUnixMs = wallClockMs, Proposer = options.Self.Value };
        if (node.State == NodeLifeState.Up)
        {
            command.NodeDown = new NodeDown
            {
                Node = _peer.Value,
                Incarnation = _life.Value,
                Reason = $"silent, and switched off by {state.FindNode(options.Self)?.Name}, which goes on alone",
                SilentMs = (long)(now - _heard.GetValueOrDefault(_peer, _durableAt)).TotalMilliseconds,
                FenceKind = settings.Fencing.OnDown,
            };
        }
        else if (running is null)
        {
            command.FenceAttemptStart = new FenceAttemptStart
            {
                Operation = operation!.Id.Value,
                Attempt = (uint)operation.Attempts.Count + 1,
                Executor = options.Self.Value,
                ExecutorIncarnation = ownLife.Value,
                ExecutorNonce = options.Nonce,
                Level = _level,
                Action = AttemptAction.SwitchOff,
                IntentWasLocal = true,
            };
        }
        else
        {
            command.FenceAttemptEnd = new FenceAttemptEnd
            {
                Operation = operation!.Id.Value,
                Attempt = running.Number,
                Succeeded = true,
                Evidence = _outcome!.Evidence,
                Detail = _outcome.Detail,
                Device = _outcome.Device,
                TookMs = (long)_outcome.Took.TotalMilliseconds,
            };
        }

        _proposedAt = at;
        _proposeAgainAt = log.TryPropose(command.ToByteArray(), now, out _) ? now + s_proposeAgain : now;
    }
}
