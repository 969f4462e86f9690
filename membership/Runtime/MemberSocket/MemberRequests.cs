using Cluster.Client.Protocol;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.MemberSocket;

/// <summary>Carries out the requests of clients as commands.</summary>
internal sealed class MemberRequests(IMemberHost host, MemberSessions sessions, ILogger logger)
{
    private const int MaxEndpointLength = 512;

    /// <summary>
    /// Joins a group. Not bound to the connection: once the command is under way the process may be a member, connected or not.
    /// </summary>
    /// <param name="session">Whose stay it becomes.</param>
    /// <param name="join">What was asked.</param>
    /// <param name="stopping">Signalled when the daemon stops.</param>
    public async Task<RequestResult> JoinAsync(MemberSession session, JoinGroup join, CancellationToken stopping)
    {
        if (join.Endpoint.Length > MaxEndpointLength || !Enum.IsDefined(join.RequiredEvidence) || !Enum.IsDefined(join.LateMember))
        {
            return Refused(
                join.Request,
                $"group {join.Group} can't be joined like this: an endpoint has at most {MaxEndpointLength} characters, and the required "
                + "evidence and the fate of late members are such that this release knows");
        }

        session.BeginJoin();
        MemberSession.Stay? stay = null;
        try
        {
            (CommandOutcome outcome, Incarnation incarnation) = await SubmitJoinAsync(session, join, stopping).ConfigureAwait(false);
            if (outcome.Accepted)
            {
                stay = new MemberSession.Stay(join.Group, new MemberId(outcome.Id), incarnation);
                RuntimeLog.MemberJoined(logger, session.Process.Id, join.Group, stay.Member.ToString());
            }

            return new RequestResult
            {
                Request = join.Request,
                Accepted = outcome.Accepted,
                Detail = outcome.Detail,
                Member = outcome.Accepted ? outcome.Id : 0,
                Incarnation = incarnation.Value,
            };
        }
        finally
        {
            if (!session.EndJoin(stay))
            {
                await sessions.TakeOutAsync(stay!).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Acknowledges a generation. One that is over, or acknowledged before, needs no answer but yes.</summary>
    public async Task<RequestResult> AcknowledgeAsync(MemberSession session, Acknowledge acknowledge, CancellationToken cancellation)
    {
        if (FindLive(session, acknowledge.Member) is not { } stay)
        {
            return Refused(
                acknowledge.Request,
                $"m{acknowledge.Member} is not a stay of this client in the node's present life; "
                + "join again");
        }

        var command = new Command
        {
            GroupAck = new GroupAck { Group = stay.Group, Generation = acknowledge.Generation, Member = stay.Member.Value },
        };
        CommandOutcome outcome = await host.SubmitAsync(command, cancellation).ConfigureAwait(false);
        return new RequestResult
        {
            Request = acknowledge.Request,
            Accepted = outcome.Code is OutcomeCode.Accepted or OutcomeCode.Stale,
            Detail = outcome.Detail,
        };
    }

    /// <summary>Leaves a group; a stay that is over already is left too.</summary>
    public async Task<RequestResult> LeaveAsync(MemberSession session, LeaveGroup leave, CancellationToken cancellation)
    {
        var member = new MemberId(leave.Member);
        if (FindLive(session, leave.Member) is { } stay)
        {
            var command = new Command { GroupLeave = new GroupLeave { Group = stay.Group, Member = leave.Member } };
            CommandOutcome outcome = await host.SubmitAsync(command, cancellation).ConfigureAwait(false);
            session.Remove(member);
            if (outcome.Accepted)
            {
                RuntimeLog.MemberLeft(logger, session.Process.Id, stay.Group, member.ToString());
                return new RequestResult { Request = leave.Request, Accepted = true };
            }
        }

        // The stay belongs to a former life. Its process has just said that it holds nothing any more, so nobody need wait for its end.
        host.DeclareExit(member, session.Process);
        return new RequestResult { Request = leave.Request, Accepted = true };
    }

    private MemberSession.Stay? FindLive(MemberSession session, ulong member) =>
        session.Find(new MemberId(member)) is { } stay && stay.Incarnation == host.Lease.Current.Incarnation ? stay : null;

    private static RequestResult Refused(ulong request, string detail) => new() { Request = request, Detail = detail };

    private async Task<(CommandOutcome Outcome, Incarnation Incarnation)> SubmitJoinAsync(
        MemberSession session, JoinGroup join, CancellationToken stopping)
    {
        while (true)
        {
            Incarnation incarnation = await host.Lease.WaitForIncarnationAsync(stopping).ConfigureAwait(false);
            var command = new GroupJoin
            {
                Group = join.Group,
                Node = host.Self.Id.Value,
                Incarnation = incarnation.Value,
                Endpoint = join.Endpoint,
                Nonce = join.Nonce,
                RequiredEvidence = join.RequiredEvidence,
                AckDeadlineMs = join.AckDeadlineMs,
                LateMember = join.LateMember,
                ProcessId = session.Process.Id,
                ProcessStart = session.Process.StartTicks,
            };
            bool plain = join is { AckDeadlineMs: 0, LateMember: LateMember.Unspecified };
            CommandOutcome outcome = await host.SubmitAsync(
                new Command { RequiredLevel = plain ? 0 : FeatureLevels.Membership, GroupJoin = command }, stopping).ConfigureAwait(false);
            if (outcome.Code != OutcomeCode.Stale || host.Lease.Current.Incarnation == incarnation)
            {
                return (outcome, incarnation);
            }
        }
    }
}
