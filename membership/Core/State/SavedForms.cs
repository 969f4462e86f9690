using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Cluster.Membership;

/// <summary>
/// Between the records of the replicated state and their saved forms (state.proto). Enumerations have the same numbers on both sides; a test
/// holds them to it.
/// </summary>
internal static class SavedForms
{
    public static SavedNode Of(NodeRecord node)
    {
        SavedNode saved = OfLife(node);
        saved.Addresses.AddRange(node.ReplicatedAddresses);
        saved.Votes = node.Votes == 1 ? 0 : (uint)node.Votes;
        saved.IsArbiter = node.IsArbiter;
        saved.Maintenance = node.IsMaintained;
        saved.Draining = node.IsDraining;
        saved.Labels.AddRange(Labels(node));
        saved.IsFounder = node.IsFounder;
        return saved;
    }

    /// <summary>By key.</summary>
    public static IEnumerable<Label> Labels(NodeRecord node)
    {
        foreach ((string key, string value) in node.LabelMap)
        {
            yield return new Label { Key = key, Value = value };
        }
    }

    private static SavedNode OfLife(NodeRecord node) => new()
    {
        Id = node.Id.Value,
        Name = node.Name,
        Incarnation = node.Incarnation.Value,
        State = (SavedLifeState)node.State,
        Nonce = node.Nonce,
        BootId = node.BootId,
        ApiUrl = node.ApiUrl,
        DownReason = node.DownReason,
        Evidence = node.Evidence,
        ConfirmedBy = node.ConfirmedBy,
        ChangedAtUnixMs = node.ChangedAtUnixMs,
        FeatureLevel = node.FeatureLevel,
    };

    public static void Restore(SavedNode saved, NodeRecord node)
    {
        node.Incarnation = new Incarnation(saved.Incarnation);
        node.State = (NodeLifeState)saved.State;
        node.Nonce = saved.Nonce;
        node.BootId = saved.BootId;
        node.ApiUrl = saved.ApiUrl;
        node.DownReason = saved.DownReason;
        node.Evidence = saved.Evidence;
        node.ConfirmedBy = saved.ConfirmedBy;
        node.ChangedAtUnixMs = saved.ChangedAtUnixMs;
        node.FeatureLevel = saved.FeatureLevel;
        node.ReplicatedAddresses = [.. saved.Addresses];
        node.Votes = Math.Max((int)saved.Votes, 1);
        node.IsArbiter = saved.IsArbiter;
        node.IsMaintained = saved.Maintenance;
        node.IsDraining = saved.Draining;
        node.IsFounder = saved.IsFounder;
        node.LabelMap.Clear();
        foreach (Label label in saved.Labels)
        {
            node.LabelMap[label.Key] = label.Value;
        }
    }

    public static SavedVoters Of(ClusterConfiguration configuration)
    {
        SavedVoters saved = new();
        saved.Voters.AddRange(configuration.Voters.Select(node => node.Value));
        saved.Votes.AddRange(configuration.Votes.Select(votes => (uint)votes));
        saved.Outgoing.AddRange(configuration.OutgoingVoters.Select(node => node.Value));
        saved.OutgoingVotes.AddRange(configuration.OutgoingVotes.Select(votes => (uint)votes));
        saved.Learners.AddRange(configuration.Learners.Select(node => node.Value));
        return saved;
    }

    public static ClusterConfiguration ToConfiguration(SavedVoters saved) => new(
        saved.Voters.Select(number => new NodeId(number)),
        saved.Outgoing.Select(number => new NodeId(number)),
        saved.Learners.Select(number => new NodeId(number)),
        votes: VotesOf(saved.Voters, saved.Votes),
        outgoingVotes: VotesOf(saved.Outgoing, saved.OutgoingVotes));

    private static SortedDictionary<NodeId, int> VotesOf(RepeatedField<uint> voters, RepeatedField<uint> votes)
    {
        SortedDictionary<NodeId, int> all = [];
        for (int i = 0; i < voters.Count; i++)
        {
            all.Add(new NodeId(voters[i]), (int)votes[i]);
        }

        return all;
    }

    public static SavedToken Of(TokenRecord token) => new()
    {
        Id = token.Id,
        SecretSha256 = ByteString.CopyFrom(token.SecretSha256.Span),
        ExpiresAtUnixMs = token.ExpiresAtUnixMs,
        Uses = token.Uses,
        Used = token.Used,
        Who = token.Who,
        Revoked = token.IsRevoked,
    };

    public static TokenRecord ToToken(SavedToken saved) => new(saved.Id, saved.SecretSha256.ToByteArray())
    {
        ExpiresAtUnixMs = saved.ExpiresAtUnixMs,
        Uses = saved.Uses,
        Used = saved.Used,
        Who = saved.Who,
        IsRevoked = saved.Revoked,
    };

    public static SavedOperation Of(FenceOperation operation)
    {
        SavedOperation saved = new()
        {
            Id = operation.Id.Value,
            Node = operation.Node.Value,
            NodeName = operation.NodeName,
            Incarnation = operation.Incarnation.Value,
            Kind = operation.Kind,
            Reason = operation.Reason,
            Requester = operation.Requester,
            IdempotencyKey = operation.IdempotencyKey,
            Phase = (SavedFencePhase)operation.Phase,
            Result = operation.Result,
            Evidence = operation.Evidence,
            OpenedAtUnixMs = operation.OpenedAtUnixMs,
            ClosedAtUnixMs = operation.ClosedAtUnixMs,
            IsAskedFor = operation.IsAskedFor,
        };
        foreach (FenceAttempt attempt in operation.AttemptList)
        {
            saved.Attempts.Add(Of(attempt));
        }

        return saved;
    }

    public static FenceOperation ToOperation(SavedOperation saved)
    {
        FenceOperation operation = new(
            new OperationId(saved.Id), new NodeId(saved.Node), saved.NodeName, new Incarnation(saved.Incarnation))
        {
            Kind = saved.Kind,
            Reason = saved.Reason,
            Requester = saved.Requester,
            IdempotencyKey = saved.IdempotencyKey,
            Phase = (FencePhase)saved.Phase,
            Result = saved.Result,
            Evidence = saved.Evidence,
            OpenedAtUnixMs = saved.OpenedAtUnixMs,
            ClosedAtUnixMs = saved.ClosedAtUnixMs,
            IsAskedFor = saved.IsAskedFor,
        };
        foreach (SavedAttempt attempt in saved.Attempts)
        {
            operation.AttemptList.Add(ToAttempt(attempt));
        }

        return operation;
    }

    public static SavedGroup Of(GroupRecord group)
    {
        SavedGroup saved = new()
        {
            Name = group.Name,
            RequiredEvidence = group.RequiredEvidence,
            Generation = group.Generation.Value,
            Phase = (SavedGroupPhase)group.Phase,
            AckDeadlineMs = (uint)(group.AckDeadline?.TotalMilliseconds ?? 0),
            LateMember = group.LateMember,
        };
        foreach (GroupMemberRecord member in group.MemberMap.Values)
        {
            saved.Members.Add(new SavedMember
            {
                Member = Of(member.Member),
                Nonce = member.Nonce,
                ProcessId = member.ProcessId,
                ProcessStart = member.ProcessStart,
                Acknowledged = member.Acknowledged.Value,
            });
        }

        foreach (DepartedMember departed in group.DepartedMap.Values)
        {
            saved.Departed.Add(new SavedDeparted
            {
                Member = Of(departed.Member),
                Clean = departed.Clean,
                ProcessId = departed.ProcessId,
                ProcessStart = departed.ProcessStart,
            });
        }

        return saved;
    }

    public static GroupRecord ToGroup(SavedGroup saved)
    {
        GroupRecord group = new(saved.Name, saved.RequiredEvidence)
        {
            Generation = new Generation(saved.Generation),
            Phase = (GroupPhase)saved.Phase,
            AckDeadline = saved.AckDeadlineMs == 0 ? null : TimeSpan.FromMilliseconds(saved.AckDeadlineMs),
            LateMember = saved.LateMember,
        };
        foreach (SavedMember member in saved.Members)
        {
            GroupMemberRecord record = new(ToMember(member.Member), member.Nonce, member.ProcessId, member.ProcessStart)
            {
                Acknowledged = new Generation(member.Acknowledged),
            };
            group.MemberMap.Add(record.Member.Id, record);
        }

        foreach (SavedDeparted departed in saved.Departed)
        {
            DepartedMember record = new(ToMember(departed.Member), departed.Clean, departed.ProcessId, departed.ProcessStart);
            group.DepartedMap.Add(record.Member.Id, record);
        }

        return group;
    }

    public static GroupMemberInfo Of(GroupMember member) => new()
    {
        Member = member.Id.Value,
        Slot = member.Slot,
        Node = member.Node.Value,
        NodeName = member.NodeName,
        Incarnation = member.Incarnation.Value,
        Endpoint = member.Endpoint,
    };

    public static SavedOutcome Of(ulong request, CommandOutcome outcome) => new()
    {
        Request = request,
        Code = (SavedOutcomeCode)outcome.Code,
        Index = outcome.Index,
        Id = outcome.Id,
        Detail = outcome.Detail,
    };

    public static CommandOutcome ToOutcome(SavedOutcome saved) => new((OutcomeCode)saved.Code, saved.Index, saved.Id, saved.Detail);

    public static SavedPosition Of(EventPosition position) => new() { Index = position.Index, Ordinal = position.Ordinal };

    public static EventPosition ToPosition(SavedPosition? saved) => saved is null ? default : new EventPosition(saved.Index, saved.Ordinal);

    private static GroupMember ToMember(GroupMemberInfo saved) => new(
        new MemberId(saved.Member), saved.Slot, new NodeId(saved.Node), saved.NodeName, new Incarnation(saved.Incarnation), saved.Endpoint);

    private static SavedAttempt Of(FenceAttempt attempt) => new()
    {
        Number = attempt.Number,
        Executor = attempt.Executor.Value,
        ExecutorIncarnation = attempt.ExecutorIncarnation.Value,
        ExecutorNonce = attempt.ExecutorNonce,
        Level = attempt.Level,
        Action = attempt.Action,
        Ended = attempt.Ended,
        Succeeded = attempt.Succeeded,
        Evidence = attempt.Evidence,
        Failure = attempt.Failure,
        Detail = attempt.Detail,
        Device = attempt.Device,
        TookMs = attempt.TookMs,
        StartedAtUnixMs = attempt.StartedAtUnixMs,
    };

    private static FenceAttempt ToAttempt(SavedAttempt saved) => new(
        saved.Number, new NodeId(saved.Executor), new Incarnation(saved.ExecutorIncarnation), saved.ExecutorNonce, saved.Level, saved.Action)
    {
        Ended = saved.Ended,
        Succeeded = saved.Succeeded,
        Evidence = saved.Evidence,
        Failure = saved.Failure,
        Detail = saved.Detail,
        Device = saved.Device,
        TookMs = saved.TookMs,
        StartedAtUnixMs = saved.StartedAtUnixMs,
    };
}
