using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>The leader's watch over acknowledgements. Node 1 leads; its member and that of node 2 owe an acknowledgement.</summary>
public sealed class AckWatchTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);
    private readonly NodeDriver _driver = new();

    [Fact]
    public void A_member_that_does_not_acknowledge_in_time_is_expelled()
    {
        Begin(LateMember.Expel);

        Run(s_deadline - TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, Group.Members.Count);
        Run(TimeSpan.FromMilliseconds(200));

        Assert.Equal([new NodeId(1)], Group.Members.Select(member => member.Member.Node));
        Assert.Contains(_driver.Events, e => e.GroupStop?.Reason.Contains("the member on n2 was expelled: it did not acknowledge generation 2", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void What_is_waited_for_says_how_long()
    {
        Begin(LateMember.Expel);
        Run(TimeSpan.FromSeconds(2));

        Assert.Contains(
            _driver.Node.WaitsFor(Group, _driver.Now),
            reason => reason.StartsWith("or until members that have not acknowledged are expelled, in 3", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_the_group_says_so_the_node_is_fenced_instead()
    {
        Begin(LateMember.Fence);
        Run(s_deadline + TimeSpan.FromMilliseconds(100));

        FenceOperation operation = Assert.Single(_driver.Node.State.OpenOperations);
        Assert.Equal((new NodeId(2), FenceKind.Reboot), (operation.Node, operation.Kind));
        Assert.Contains("of group locks did not acknowledge generation g2 within", operation.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_names_nothing_goes_by_the_clusters_settings()
    {
        Begin(LateMember.Unspecified, deadlineMs: 0);
        _driver.Commit(new Command
        {
            SettingsChange = new SettingsChange
            {
                BasedOn = _driver.Node.State.Settings.Version,
                Who = "ann",
                Settings = Settings.Parser.ParseJson("""{ "timing": { "startupGraceMs": 1 }, "groups": { "ackDeadlineMs": 3000, "lateMember": "FENCE" } }"""),
            },
        });

        Run(TimeSpan.FromSeconds(2.8));
        Assert.Empty(_driver.Node.State.OpenOperations);
        Run(TimeSpan.FromSeconds(0.3));

        Assert.Single(_driver.Node.State.OpenOperations);
    }

    [Fact]
    public void A_deadline_shorter_than_the_detection_of_a_death_is_stretched()
    {
        Begin(LateMember.Expel, deadlineMs: 10);

        Run(2 * (_driver.Timing.ElectionTimeoutMax + _driver.Timing.LeaseBound) - TimeSpan.FromMilliseconds(50));
        Assert.Equal(2, Group.Members.Count);
        Run(TimeSpan.FromMilliseconds(100));

        Assert.Single(Group.Members);
    }

    [Fact]
    public void A_leader_that_was_stalled_counts_anew()
    {
        Begin(LateMember.Expel);
        Run(s_deadline - TimeSpan.FromMilliseconds(100));

        _driver.Stall(TimeSpan.FromMilliseconds(160));
        Run(s_deadline - TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, Group.Members.Count);
        Run(TimeSpan.FromMilliseconds(300));

        Assert.Single(Group.Members);
    }

    [Fact]
    public void A_new_leader_counts_anew()
    {
        Begin(LateMember.Expel);
        Run(s_deadline - TimeSpan.FromMilliseconds(100));

        _driver.Log.Lead(_driver.Now, term: 2);
        Run(TimeSpan.FromSeconds(1));

        Assert.Equal(2, Group.Members.Count);
    }

    [Fact]
    public void A_leader_without_confirmed_quorum_counts_nothing()
    {
        Begin(LateMember.Expel);
        Run(s_deadline - TimeSpan.FromMilliseconds(100));

        ReplicatedLogStatus confirmed = _driver.Log.Status;
        _driver.Log.Status = confirmed with { ConfirmedUntil = _driver.Now };
        Run(TimeSpan.FromMilliseconds(50));
        _driver.Log.Status = confirmed;
        Run(TimeSpan.FromSeconds(1));

        Assert.Equal(2, Group.Members.Count);
    }

    [Fact]
    public void A_new_generation_has_the_whole_time()
    {
        Begin(LateMember.Expel);
        Run(s_deadline - TimeSpan.FromMilliseconds(100));

        JoinGroup(1, 33, LateMember.Expel, (uint)s_deadline.TotalMilliseconds);
        Run(s_deadline - TimeSpan.FromMilliseconds(100));

        Assert.Equal(3, Group.Members.Count);
    }

    private GroupRecord Group => _driver.Node.State.FindGroup("locks")!;

    private void Begin(LateMember late, uint? deadlineMs = null)
    {
        _driver.Join(2);
        _driver.Join(3);
        Run(TimeSpan.FromSeconds(0.3));
        Assert.Equal(FeatureLevels.Understood, _driver.Node.State.FeatureLevel);
        uint deadline = deadlineMs ?? (uint)s_deadline.TotalMilliseconds;
        ulong first = JoinGroup(1, 11, late, deadline);
        JoinGroup(2, 22, late, deadline);
        _driver.Commit(new Command { GroupAck = new GroupAck { Group = "locks", Generation = 2, Member = first } });
        Assert.Equal(GroupPhase.Starting, Group.Phase);
    }

    private ulong JoinGroup(uint node, ulong nonce, LateMember late, uint deadline)
    {
        _driver.Commit(new Command
        {
            GroupJoin = new GroupJoin
            {
                Group = "locks",
                Node = node,
                Incarnation = _driver.Node.State.FindNode(new NodeId(node))!.Incarnation.Value,
                Nonce = nonce,
                RequiredEvidence = Evidence.ConfirmedByHuman,
                AckDeadlineMs = deadline,
                LateMember = late,
            },
        });
        return Group.Members.Last().Member.Id.Value;
    }

    // Nodes 2 and 3 ask for their leases all the while.
    private void Run(TimeSpan span) => _driver.Run(span, () =>
    {
        foreach (uint node in new uint[] { 2, 3 })
        {
            Incarnation life = _driver.Node.State.FindNode(new NodeId(node))!.Incarnation;
            _driver.Receive(new LeaseRequest(new NodeId(node), new NodeId(1), life, _driver.Now));
        }
    });
}
