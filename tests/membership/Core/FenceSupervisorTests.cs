using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

public class FenceSupervisorTests
{
    private static readonly AttemptOutcome s_off = new(true, Evidence.ObservedOff, "", "", "bmc", TimeSpan.Zero);
    private static readonly AttemptOutcome s_refused = new(false, Evidence.None, "authentication", "", "bmc", TimeSpan.Zero);

    [Fact]
    public void The_leader_orders_itself_first_and_switches_on_after_the_evidence()
    {
        NodeDriver driver = DownThree();
        FenceOrder off = Assert.Single(driver.Orders);
        Assert.Equal(("n3", 1, AttemptAction.SwitchOff), (off.Target, off.Level, off.Action));

        driver.Node.AttemptFinished(off.Operation, off.Attempt, s_off, driver.Now);
        driver.Settle();

        Assert.Equal(NodeLifeState.Fenced, driver.StateOf(3));
        Assert.Equal(AttemptAction.SwitchOn, driver.Orders[^1].Action);
    }

    [Fact]
    public void A_failed_level_is_followed_at_once_by_the_next_and_then_by_another_executor()
    {
        NodeDriver driver = DownThree();
        driver.Node.AttemptFinished(driver.Orders[0].Operation, 1, s_refused, driver.Now);
        driver.Settle();

        FenceAttempt second = driver.Node.State.OpenOperations.Single().Attempts[1];
        Assert.Equal(2, second.Level);
        Assert.Equal(new NodeId(2), second.Executor);
    }

    [Fact]
    public void After_all_levels_failed_there_is_a_pause_that_doubles()
    {
        NodeDriver driver = DownThree();
        FailRunning(driver);
        FailRunning(driver);
        Assert.Equal(2, Attempts(driver));

        driver.Run(TimeSpan.FromMilliseconds(900), () => DetectorTests.KeepAlive(driver, 2));
        Assert.Equal(2, Attempts(driver));
        driver.Run(TimeSpan.FromMilliseconds(200), () => DetectorTests.KeepAlive(driver, 2));
        Assert.Equal(3, Attempts(driver));

        FailRunning(driver);
        FailRunning(driver);
        driver.Run(TimeSpan.FromMilliseconds(1900), () => DetectorTests.KeepAlive(driver, 2));
        Assert.Equal(4, Attempts(driver));
        driver.Run(TimeSpan.FromMilliseconds(200), () => DetectorTests.KeepAlive(driver, 2));
        Assert.Equal(5, Attempts(driver));
    }

    [Fact]
    public void An_executor_that_does_not_report_is_replaced_after_the_deadline()
    {
        NodeDriver driver = DownThree();
        driver.Run(TimeSpan.FromSeconds(23), () => DetectorTests.KeepAlive(driver, 2));

        IReadOnlyList<FenceAttempt> attempts = driver.Node.State.OpenOperations.Single().Attempts;
        Assert.Equal("unknown", attempts[0].Failure);
        Assert.Equal(2, attempts.Count);
    }

    [Fact]
    public void An_operator_may_fence_a_node_that_is_up_which_first_loses_its_lease()
    {
        NodeDriver driver = DetectorTests.ThreeUp(out Incarnation two, out Incarnation three);
        driver.Receive(new LeaseRequest(new(3), new(1), three, default));
        driver.Commit(new Command { FenceOpen = new FenceOpen { Node = 3, Kind = FenceKind.Off, Reason = "smoke", Requester = "ann" } });
        driver.Sent.Clear();

        driver.Run(driver.Timing.LeaseBound - TimeSpan.FromMilliseconds(20), () =>
        {
            DetectorTests.KeepAlive(driver, 2);
            DetectorTests.KeepAlive(driver, 3);
        });
        Assert.DoesNotContain(driver.Sent.OfType<LeaseGrant>(), grant => grant.To == new NodeId(3));
        Assert.Equal(NodeLifeState.Up, driver.StateOf(3));
        driver.Run(TimeSpan.FromMilliseconds(50), () => DetectorTests.KeepAlive(driver, 2));

        Assert.Equal(NodeLifeState.Down, driver.StateOf(3));
        Assert.Equal("n3", Assert.Single(driver.Orders).Target);
        Assert.NotEqual(Incarnation.None, two);
    }

    [Fact]
    public void An_executor_that_reads_of_its_attempt_late_does_nothing_when_another_has_replaced_it()
    {
        NodeDriver driver = Follower();

        // Cut off: the lease runs out, and what happened meanwhile arrives in two pieces.
        driver.Stall(driver.Timing.Lease + TimeSpan.FromSeconds(30));
        driver.Commit(Start(driver, attempt: 1, executor: 1));
        Assert.Empty(driver.Orders);
        driver.Commit(Start(driver, attempt: 2, executor: 2));
        Grant(driver);
        driver.Run(TimeSpan.FromMilliseconds(50));

        Assert.Empty(driver.Orders);
    }

    [Fact]
    public void An_executor_without_a_lease_acts_once_it_has_one_again()
    {
        NodeDriver driver = Follower();
        driver.Stall(driver.Timing.Lease);
        driver.Commit(Start(driver, attempt: 1, executor: 1));
        Assert.Empty(driver.Orders);

        Grant(driver);
        driver.Run(TimeSpan.FromMilliseconds(50));

        Assert.Equal("n3", Assert.Single(driver.Orders).Target);
    }

    [Fact]
    public void Every_level_is_tried_from_every_node_in_time()
    {
        NodeDriver driver = DownThree();
        for (int i = 0; i < 4; i++)
        {
            FailRunning(driver);
            driver.Run(TimeSpan.FromSeconds(3), () => DetectorTests.KeepAlive(driver, 2));
        }

        IEnumerable<(uint, int)> tried = driver.Node.State.OpenOperations.Single().Attempts.Select(attempt => (attempt.Executor.Value, attempt.Level));
        Assert.Equal([(1U, 1), (1U, 2), (2U, 1), (2U, 2)], tried.Take(4).Order());
    }

    [Fact]
    public void Evidence_too_weak_for_a_group_leads_to_the_next_level_and_then_to_a_pause()
    {
        NodeDriver driver = DetectorTests.ThreeUp(out _, out Incarnation three);
        driver.Commit(new Command
        {
            GroupJoin = new GroupJoin
            {
                Group = "locks",
                Node = 3,
                Incarnation = three.Value,
                RequiredEvidence = Evidence.ObservedOff,
            },
        });
        driver.Run(driver.Timing.LeaseBound + TimeSpan.FromMilliseconds(50), () => DetectorTests.KeepAlive(driver, 2));
        Assert.Equal(NodeLifeState.Down, driver.StateOf(3));

        driver.Run(TimeSpan.FromMilliseconds(500), () =>
        {
            DetectorTests.KeepAlive(driver, 2);
            FenceOperation operation = driver.Node.State.OpenOperations.Single();
            if (operation.Running is { } running)
            {
                driver.Commit(new Command
                {
                    FenceAttemptEnd = new FenceAttemptEnd
                    {
                        Operation = operation.Id.Value,
                        Attempt = running.Number,
                        Succeeded = true,
                        Evidence = Evidence.SelfFenced,
                    },
                });
            }
        });

        Assert.Equal([1, 2], driver.Node.State.OpenOperations.Single().Attempts.Select(attempt => attempt.Level));
    }

    /// <summary>n1 follows n2 and holds a lease; n3 is down.</summary>
    [Fact]
    public void A_node_that_a_device_may_still_switch_off_late_is_not_counted_on_even_when_its_operation_is_over()
    {
        NodeDriver driver = DetectorTests.ThreeUp(out Incarnation two, out Incarnation three);
        Incarnation[] lives = [two, three];
        for (uint node = 2; node <= 3; node++)
        {
            driver.Commit(new Command
            {
                NodeDown = new NodeDown { Node = node, Incarnation = lives[node - 2].Value, Reason = "silent", FenceKind = FenceKind.Off },
            });
        }

        FenceOrder first = Assert.Single(driver.Orders);
        driver.Node.AttemptFinished(first.Operation, 1, s_refused with { Failure = "timed-out" }, driver.Now);
        driver.Run(TimeSpan.FromSeconds(1.1));
        driver.Node.AttemptFinished(first.Operation, 2, s_off, driver.Now);
        driver.Settle();
        Assert.Equal((NodeLifeState.Fenced, FencePhase.Closed), (driver.StateOf(2), driver.Node.State.FindOperation(first.Operation)!.Phase));

        driver.Run(TimeSpan.FromSeconds(18));
        Assert.DoesNotContain(driver.Orders, order => order.Target == "n3");
        driver.Run(TimeSpan.FromSeconds(1.5));

        Assert.Contains(driver.Orders, order => order.Target == "n3");
    }

    [Fact]
    public void What_an_attempt_may_still_do_is_not_forgotten_when_another_replaced_it_at_once()
    {
        NodeDriver driver = DetectorTests.ThreeUp(out Incarnation two, out Incarnation three);
        Incarnation[] lives = [two, three];
        for (uint node = 2; node <= 3; node++)
        {
            driver.Commit(new Command
            {
                NodeDown = new NodeDown { Node = node, Incarnation = lives[node - 2].Value, Reason = "silent", FenceKind = FenceKind.Off },
            });
        }

        FenceOrder first = Assert.Single(driver.Orders);
        driver.Run(TimeSpan.FromSeconds(22.5));
        Assert.Equal("unknown", driver.Node.State.FindOperation(first.Operation)!.Attempts[0].Failure);
        driver.Node.AttemptFinished(first.Operation, 2, s_off, driver.Now);
        driver.Settle();
        Assert.Equal(FencePhase.Closed, driver.Node.State.FindOperation(first.Operation)!.Phase);

        driver.Run(TimeSpan.FromSeconds(18));
        Assert.DoesNotContain(driver.Orders, order => order.Target == "n3");
        driver.Run(TimeSpan.FromSeconds(3));

        Assert.Contains(driver.Orders, order => order.Target == "n3");
    }

    private static NodeDriver Follower()
    {
        NodeDriver driver = new(leads: false);
        driver.Log.Follow(new NodeId(2));
        driver.Run(TimeSpan.FromMilliseconds(20));
        driver.Commit(Command.Parser.ParseFrom(driver.Forwarded.Last().Data.Span));
        driver.Join(2);
        Incarnation three = driver.Join(3);
        Grant(driver);
        driver.Commit(new Command { NodeDown = new NodeDown { Node = 3, Incarnation = three.Value, Reason = "silent" } });
        return driver;
    }

    private static void Grant(NodeDriver driver) =>
        driver.Receive(new LeaseGrant(new(2), new(1), driver.Node.Incarnation, driver.Now, default));

    private static Command Start(NodeDriver driver, uint attempt, uint executor) => new()
    {
        FenceAttemptStart = new FenceAttemptStart
        {
            Operation = driver.Node.State.OpenOperations.Single().Id.Value,
            Attempt = attempt,
            Executor = executor,
            ExecutorIncarnation = driver.Node.State.FindNode(new NodeId(executor))!.Incarnation.Value,
            Level = 1,
            Action = AttemptAction.SwitchOff,
        },
    };

    private static int Attempts(NodeDriver driver) => driver.Node.State.OpenOperations.Single().Attempts.Count;

    private static void FailRunning(NodeDriver driver)
    {
        FenceOperation operation = driver.Node.State.OpenOperations.Single();
        driver.Commit(new Command
        {
            FenceAttemptEnd = new FenceAttemptEnd
            {
                Operation = operation.Id.Value,
                Attempt = operation.Running!.Number,
                Failure = "authentication",
            },
        });
    }

    private static NodeDriver DownThree()
    {
        NodeDriver driver = DetectorTests.ThreeUp(out _, out _);
        driver.Run(driver.Timing.LeaseBound + TimeSpan.FromMilliseconds(50), () => DetectorTests.KeepAlive(driver, 2));
        Assert.Equal(NodeLifeState.Down, driver.StateOf(3));
        return driver;
    }
}
