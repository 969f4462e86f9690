using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

public class JoinerTests
{
    [Fact]
    public void A_daemon_asks_for_proof_about_its_former_life_before_it_joins()
    {
        NodeDriver driver = new(leads: false);
        driver.Commit(new Command { NodeJoin = new NodeJoin { Node = 1, Name = "n1", Nonce = 7, BootId = "boot-1" } });
        driver.Commit(new Command
        {
            GroupJoin = new GroupJoin
            {
                Group = "locks",
                Node = 1,
                Incarnation = 1,
                Nonce = 8,
                RequiredEvidence = Evidence.ConfirmedByHuman,
                ProcessId = 1234,
                ProcessStart = 99,
            },
        });
        driver.Log.Lead(driver.Now);

        driver.Run(TimeSpan.FromMilliseconds(500));
        Assert.Equal(new ExitQuestion(new MemberId(2), 1234, 99), Assert.Single(driver.Questions));
        Assert.Equal(Incarnation.None, driver.Node.Incarnation);

        driver.Node.MembersExited([new MemberId(2)], driver.Now);
        driver.Run(TimeSpan.FromMilliseconds(50));
        Assert.NotEqual(Incarnation.None, driver.Node.Incarnation);
    }

    [Fact]
    public void A_life_declared_down_comes_back_as_another_when_it_was_confirmed_stopped()
    {
        NodeDriver driver = new();
        driver.Run(TimeSpan.FromMilliseconds(50));
        ulong first = driver.Node.Incarnation.Value;
        driver.Commit(new Command { NodeDown = new NodeDown { Node = 1, Incarnation = first, Reason = "paused" } });
        Assert.Contains("paused", driver.Ended, StringComparison.Ordinal);

        driver.Run(TimeSpan.FromMilliseconds(500));

        Assert.True(driver.Node.Incarnation.Value > first);
    }

    [Fact]
    public void A_node_that_left_stays_away()
    {
        NodeDriver driver = new();
        driver.Run(TimeSpan.FromMilliseconds(50));
        driver.Commit(new Command { NodeLeave = new NodeLeave { Node = 1, Incarnation = driver.Node.Incarnation.Value } });

        driver.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(NodeLifeState.Left, driver.StateOf(1));
    }
}
