namespace Cluster.Consensus;

// Who takes part (Raft §6, thesis chapter 4). A configuration is in force as soon as it stands in the log, and no longer when it is
// truncated. Voters change in two steps: a joint configuration, in which everything needs a majority of the old voters and one of the
// new, then the new one. A leader of either finishes what it finds.
public sealed partial class RaftNode
{
    // For how many greatest election timeouts a removed node is served so that it learns of it.
    private const int FarewellTimeouts = 10;

    // Removed nodes that are told at a time when they ask for votes.
    private const int MaxFarewells = 8;

    private readonly ConfigurationHistory _configurations;

    // On a leader: the newest configuration in its log.
    private LogIndex _changeIndex;

    // When the newest configuration was known to be committed.
    private MonotonicTime _configurationCommittedAt = MonotonicTime.DistantPast;

    /// <inheritdoc/>
    public ClusterConfiguration Configuration => _configurations.Newest;

    /// <inheritdoc/>
    public LogIndex ConfigurationIndex => _configurations.NewestIndex;

    /// <inheritdoc/>
    public bool TryChangeConfiguration(
        ConfigurationChange change, MonotonicTime now, out LogIndex index, out string refusal)
    {
        Observe(now);
        index = LogIndex.Zero;
        ClusterConfiguration next = Configuration;
        string? problem = WhyNoChange()
            ?? ConfigurationRules.Enter(Configuration, change, out next, _options.Mutations)
            ?? WhyNotCaughtUp(change);
        refusal = problem is null ? "" : $"the change ({change}) was refused: {problem}";
        if (problem is not null)
        {
            return false;
        }

        index = AppendConfiguration(next);
        FlushProposals();
        return true;
    }

    private string? WhyNoChange()
    {
        if (_role != LogRole.Leader)
        {
            return _leader.IsNone ? "no leader is known: try again later" : $"this node does not lead: ask {_leader}";
        }

        if (_commit < _barrier)
        {
            // Until then an earlier leader's change may be undecided, and two changes could fail to overlap (thesis §4.1).
            return "this leader has not committed anything in its term yet: try again shortly";
        }

        bool isUnderWay = _commit < _changeIndex || Configuration.IsJoint;
        if (isUnderWay && !(Breaks(RaftMutations.ChangesDuringChange) && !Configuration.IsJoint))
        {
            return $"another change is under way ({Configuration} at {ConfigurationIndex}): wait until it is done";
        }

        return IsHandingOver ? $"leadership is being handed to {_successor}: ask the next leader" : null;
    }

    private string? WhyNotCaughtUp(ConfigurationChange change)
    {
        foreach (ConfigurationStep step in change.Steps)
        {
            if (step.Kind == ConfigurationStepKind.Promote && _peers.Find(step.Node) is { } peer)
            {
                if (!IsAnswering(peer))
                {
                    return $"{step.Node} does not answer: only a learner that is up can be promoted";
                }

                if (!HasCaughtUp(peer))
                {
                    ulong lag = _log.LastIndex.Value - peer.Progress.Match.Value;
                    return $"{step.Node} is {lag} entries behind: let it come within {_options.MaxPromotionLag}, and past "
                        + $"{ConfigurationIndex}, where the present configuration stands";
                }
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public bool IsCaughtUp(NodeId learner) =>
        _role == LogRole.Leader
        && Configuration.IsLearner(learner)
        && _peers.Find(learner) is { } peer
        && IsAnswering(peer)
        && HasCaughtUp(peer);

    private bool IsAnswering(Peer peer) => _now <= peer.Progress.EchoedAt + _options.ElectionTimeoutMax;

    private bool HasCaughtUp(Peer peer) =>
        _log.LastIndex.Value - peer.Progress.Match.Value <= (ulong)_options.MaxPromotionLag
        && (peer.IsSettled || Breaks(RaftMutations.TrustsNewcomers));

    /// <summary>What stands in the log that was recovered. Before a snapshot's index nothing is ever undone, so nothing is kept.</summary>
    private ConfigurationHistory Recovered(RecoveredLog recovered)
    {
        var history = recovered.Snapshot is { Meta: var meta }
            ? new ConfigurationHistory(meta.Index, meta.Configuration)
            : new ConfigurationHistory(LogIndex.Zero, new ClusterConfiguration(_options.Voters));
        foreach (LogEntry entry in recovered.Entries)
        {
            if (entry.Kind == EntryKind.Configuration && entry.Index > history.NewestIndex)
            {
                history.Add(entry.Index, Decoded(entry));
            }
        }

        return history;
    }

    private static ClusterConfiguration Decoded(in LogEntry entry)
    {
        bool isSound = ConfigurationCodec.TryDecode(entry.Payload.Span, out ClusterConfiguration configuration);
        Invariant.Check(isSound, "a configuration is looked at before it is taken into the log");
        return configuration;
    }

    private LogIndex AppendConfiguration(ClusterConfiguration configuration)
    {
        _changeIndex = Append(EntryKind.Configuration, ConfigurationCodec.Encode(configuration));
        if (!Breaks(RaftMutations.AppliesConfigurationAtCommit))
        {
            _configurations.Add(_changeIndex, configuration);
            ApplyConfiguration();
        }

        return _changeIndex;
    }

    // Entries of a leader were taken into the log.
    private void NoteConfigurations(EntryRange entries)
    {
        foreach (ref readonly LogEntry entry in entries.Span)
        {
            if (entry.Kind == EntryKind.Configuration && !Breaks(RaftMutations.AppliesConfigurationAtCommit))
            {
                _configurations.Add(entry.Index, Decoded(entry));
                ApplyConfiguration();
            }
        }
    }

    private void ApplyConfiguration()
    {
        if (_role != LogRole.Leader)
        {
            _peers.Apply(Configuration, static _ => false);
            return;
        }

        // What the old majority's patience allowed to promise stays promised.
        KeepPromise();
        Peer[] before = _peers.All;
        _peers.Apply(Configuration, BidFarewell);
        foreach (Peer peer in _peers.All)
        {
            if (PeerSet.Find(before, peer.Id) != peer)
            {
                peer.Session = ++_lastSession;
                peer.Progress.Reset(_log.LastIndex.Next);
            }
        }
    }

    // A removed node goes on being served until it holds the entry that removed it and knows that it is committed: then it stands no more.
    private bool BidFarewell(Peer peer)
    {
        if (peer.RemovedBy is null)
        {
            peer.RemovedBy = ConfigurationIndex;
            peer.ServedUntil = _now + (FarewellTimeouts * _options.ElectionTimeoutMax);
        }

        return true;
    }

    private void ForgetRemoved()
    {
        if (_peers.HasRemoved)
        {
            _peers.Forget(peer => _now >= peer.ServedUntil || KnowsOfRemoval(peer));
        }
    }

    private bool KnowsOfRemoval(Peer peer) =>
        peer.RemovedBy <= _commit && peer.Progress.Match >= peer.RemovedBy && peer.Progress.EchoedAt > _configurationCommittedAt;

    /// <summary>
    /// A node that asks for votes and takes no part was removed while it was away. It disturbs nobody, as everybody who hears the
    /// leader keeps quiet; the leader lets it learn why nobody answers.
    /// </summary>
    /// <returns>True when the request needs no other answer.</returns>
    private bool TellsOfRemoval(NodeId node)
    {
        if (_role != LogRole.Leader || Configuration.IsMember(node))
        {
            return false;
        }

        bool isKnownRemoved = ConfigurationIndex > LogIndex.Zero && ConfigurationIndex <= _commit;
        if (isKnownRemoved && _peers.Find(node) is null && _peers.RemovedCount < MaxFarewells)
        {
            var peer = new Peer(node, _options) { Session = ++_lastSession };
            peer.Progress.Reset(_log.LastIndex.Next);
            BidFarewell(peer);
            _peers.Add(peer);
            SendHeartbeat(peer);
        }

        return true;
    }

    // The commit index has moved.
    private void ConfigurationCommitted(LogIndex before)
    {
        if (Breaks(RaftMutations.AppliesConfigurationAtCommit))
        {
            ApplyCommittedConfigurations(before);
        }

        if (ConfigurationIndex > before && ConfigurationIndex <= _commit)
        {
            _configurationCommittedAt = _now;
        }

        if (_role != LogRole.Leader || _commit < _changeIndex)
        {
            return;
        }

        if (Configuration.IsJoint)
        {
            LeaveJointConfiguration();
        }
        else if (!_peers.Electorate.HasSelf)
        {
            HandOverOnRemoval();
        }
    }

    // Once the joint configuration is committed it is left, but not before both halves promise to help nobody else to lead for as long as was told on the word of the
    // old half alone: from then on the new half can elect somebody without the old one. See RaftNode.Patience.cs, 6.
    private void LeaveJointConfiguration()
    {
        bool isDone = _role == LogRole.Leader && Configuration.IsJoint && _commit >= _changeIndex;
        if (isDone && (_now >= _quietUntil || PromisedUntil() >= _quietUntil))
        {
            AppendConfiguration(ConfigurationRules.Leave(Configuration));
        }
    }

    private void ApplyCommittedConfigurations(LogIndex before)
    {
        for (LogIndex i = before.Next; i <= _commit; i = i.Next)
        {
            if (i > _log.Before && _log[i].Kind == EntryKind.Configuration && i > ConfigurationIndex)
            {
                _configurations.Add(i, Decoded(_log[i]));
                ApplyConfiguration();
            }
        }
    }
}
