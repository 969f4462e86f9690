using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Driving;

namespace Cluster.Integration.Tests.Chaos;

/// <summary>Changes at random who takes part and who leads, as far as the cluster lets it; never below three voters.</summary>
internal sealed class Changer(NodeGroup group, Random random)
{
    private const int FewestVoters = 3;

    /// <summary>Changes that were begun.</summary>
    public int Begun { get; private set; }

    /// <summary>Transfers of leadership that were begun.</summary>
    public int Transfers { get; private set; }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(random.Next(100, 700), end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (NodeProcess node in group.Nodes)
            {
                if (await node.TryStatusAsync() is { Leads: true, IsChanging: false } status)
                {
                    await TryAsync(node, random.Next(8) == 0 ? TransferOf(status) : ChangeOf(status));
                    break;
                }
            }
        }
    }

    /// <summary>Takes in all nodes that are out, as learners, so that they get to know everything.</summary>
    /// <returns>True when no node is out any more.</returns>
    public async Task<bool> TryTakeInAllAsync()
    {
        NodeProcess leader = await group.LeaderAsync();
        if (await leader.TryStatusAsync() is not { Leads: true, IsChanging: false } status)
        {
            return false;
        }

        uint[] outside = Outside(status);
        if (outside.Length > 0)
        {
            await TryAsync(leader, new ControlRequest("change") { Steps = [.. outside.Select(id => $"Add {id}")] });
        }

        return outside.Length == 0;
    }

    private uint[] Outside(NodeStatus status) =>
        [.. group.Nodes.Select(node => node.Id).Except(status.Voters).Except(status.Learners)];

    private async Task TryAsync(NodeProcess leader, ControlRequest request)
    {
        try
        {
            await leader.AskAsync(request);
            Begun += request.Op == "change" ? 1 : 0;
            Transfers += request.Op == "transfer" ? 1 : 0;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            // Refused, for example because a learner has not caught up; or the leader was killed.
        }
    }

    private ControlRequest TransferOf(NodeStatus status) => new("transfer") { Node = Pick(status.Voters) };

    private ControlRequest ChangeOf(NodeStatus status)
    {
        List<string> steps = [];
        uint[] outside = Outside(status);
        if (outside.Length > 0 && random.Next(2) == 0)
        {
            steps.Add($"Add {Pick(outside)}");
        }

        bool promotes = status.Learners.Count > 0 && random.Next(3) > 0;
        if (promotes)
        {
            steps.Add($"Promote {Pick(status.Learners)}");
        }

        if (status.Voters.Count + (promotes ? 1 : 0) > FewestVoters)
        {
            steps.Add($"{(random.Next(2) == 0 ? "Remove" : "Demote")} {Pick(status.Voters)}");
        }
        else if (steps.Count == 0 && status.Learners.Count > 0)
        {
            steps.Add($"Remove {Pick(status.Learners)}");
        }

        return new ControlRequest("change") { Steps = steps };
    }

    private uint Pick(IReadOnlyList<uint> nodes) => nodes[random.Next(nodes.Count)];
}
