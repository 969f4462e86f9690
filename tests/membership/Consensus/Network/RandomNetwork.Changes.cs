namespace Cluster.Consensus.Tests.Network;

// Who takes part changes, leadership is handed over, and nodes that were removed come back with an empty disk.
internal sealed partial class RandomNetwork
{
    private const int MaxVoters = 5;

    // Draws of their own, so that what else happens in a run does not depend on them.
    private SplitMix64 _changes;

    /// <summary>Who takes part according to whoever leads.</summary>
    public ClusterConfiguration Configuration => Assert.Single(_voters, v => v.Role == LogRole.Leader).Node!.Configuration;

    /// <summary>Changes that began.</summary>
    public int Changes { get; private set; }

    /// <summary>Transfers of leadership that began.</summary>
    public int Handovers { get; private set; }

    /// <summary>How each node sees itself.</summary>
    public string Describe() => string.Join("; ", _voters.Select(v => v.Node is not { Status: var status } node
        ? $"{v.Id} is off"
        : $"{v.Id} {status.Role} {status.Term} of {status.Leader}, last {status.LastIndex}, commit {status.CommitIndex}, "
            + $"{node.Configuration} at {node.ConfigurationIndex}"));

    private void ChangeForEver()
    {
        if (_isHealed)
        {
            return;
        }

        foreach (SimulatedVoter voter in _voters)
        {
            if (voter.Role == LogRole.Leader && _changes.Chance(0.7))
            {
                Input(voter, n => Change(n, voter.Local(_now)));
            }
        }

        if (_changes.Chance(0.2))
        {
            Wipe(_voters[_changes.Below((ulong)_voters.Length)]);
        }

        After(ChangeMs(10, 200), ChangeForEver);
    }

    private void Change(RaftNode leader, MonotonicTime now)
    {
        if (_changes.Chance(0.3))
        {
            NodeId successor = leader.Configuration.Voters[(int)_changes.Below((ulong)leader.Configuration.Voters.Length)];
            Handovers += leader.TryTransfer(successor, now, out _) ? 1 : 0;
            return;
        }

        var steps = new List<ConfigurationStep>();
        foreach (SimulatedVoter voter in _voters)
        {
            if (_changes.Chance(0.3))
            {
                steps.Add(new ConfigurationStep(Step(leader.Configuration, voter.Id), voter.Id, 1 + (int)_changes.Below(4)));
            }
        }

        int voters = leader.Configuration.Voters.Length
            + steps.Count(step => step.Kind == ConfigurationStepKind.Promote)
            - steps.Count(step => step.Kind != ConfigurationStepKind.Reweigh && leader.Configuration.Voters.Contains(step.Node));
        if (voters is >= 1 and <= MaxVoters)
        {
            Changes += leader.TryChangeConfiguration(new ConfigurationChange(steps), now, out _, out _) ? 1 : 0;
        }
    }

    private ConfigurationStepKind Step(ClusterConfiguration configuration, NodeId node)
    {
        bool coin = _changes.Chance(0.5);
        return configuration.IsVoter(node) && _changes.Chance(0.4) ? ConfigurationStepKind.Reweigh
            : configuration.IsVoter(node) ? (coin ? ConfigurationStepKind.Demote : ConfigurationStepKind.Remove)
            : !configuration.IsMember(node) ? ConfigurationStepKind.Add
            : _changes.Chance(0.8) ? ConfigurationStepKind.Promote
            : ConfigurationStepKind.Remove;
    }

    // Only what takes no part, and is not about to, may lose its disk.
    private void Wipe(SimulatedVoter voter)
    {
        (ClusterConfiguration committed, LogIndex index) = _checker.CommittedConfiguration;
        bool isOut = !committed.IsMember(voter.Id)
            && _voters.All(v => v.Node is not { } node || node.ConfigurationIndex < index || !node.Configuration.IsMember(voter.Id));
        if (isOut && voter.Node is not null)
        {
            voter.Crash(survivingWrites: 0);
            voter.Wipe();
            voter.Start(_now, RandomOrigin(), _checker);
        }
    }

    private long ChangeMs(int min, int max) => (min * Millisecond) + (long)_changes.Below((ulong)((max - min) * Millisecond));
}
