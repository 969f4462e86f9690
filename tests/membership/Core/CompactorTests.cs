using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>When a node lets go of its log.</summary>
public sealed class CompactorTests
{
    private static readonly CompactionPolicy s_entries = new() { Entries = 20, RetryPause = TimeSpan.FromSeconds(2) };

    [Fact]
    public void The_state_is_handed_over_once_enough_was_applied()
    {
        NodeDriver driver = Started(s_entries);
        Commit(driver, 30);

        Snapshot taken = Assert.Single(driver.Log.Compactions);
        Assert.InRange(taken.Meta.Index.Value, 20UL, 26UL);
        var copy = new Elsewhere(driver.Node.State);
        copy.State.Restore(taken.State, taken.Meta.Index);
    }

    [Fact]
    public void A_short_log_stays_as_it_is()
    {
        NodeDriver driver = Started(s_entries);
        Commit(driver, 10);

        Assert.Empty(driver.Log.Compactions);
    }

    [Fact]
    public void Nothing_is_let_go_while_a_member_could_not_take_a_snapshot()
    {
        var driver = new NodeDriver(leads: false, compaction: s_entries);
        driver.Commit(new Command { NodeJoin = new NodeJoin { Node = 2, Name = "n2", Nonce = 7, BootId = "b", FeatureLevel = 1 } });
        driver.Commit(new Command { FeatureRaise = new FeatureRaise { Level = FeatureLevels.Snapshots } });
        Commit(driver, 100);

        Assert.Empty(driver.Log.Compactions);
    }

    [Fact]
    public void The_next_one_waits_until_the_last_one_is_a_file()
    {
        NodeDriver driver = Started(s_entries);
        Commit(driver, 100);
        Snapshot first = Assert.Single(driver.Log.Compactions);

        driver.Node.SnapshotSaved(first.Meta, driver.Now);
        driver.Settle();

        Assert.Equal([(first.Meta, true)], driver.Log.Reports);
        Assert.Equal(2, driver.Log.Compactions.Count);
    }

    [Fact]
    public void One_that_could_not_be_saved_is_tried_again_after_a_pause()
    {
        NodeDriver driver = Started(s_entries);
        Commit(driver, 30);
        driver.Node.SnapshotNotSaved(driver.Log.Compactions[0].Meta, driver.Now);
        driver.Settle();
        driver.Run(TimeSpan.FromSeconds(1));
        Assert.Single(driver.Log.Compactions);

        driver.Run(TimeSpan.FromSeconds(1.1));

        Assert.False(driver.Log.Reports[0].Saved);
        Assert.Equal(2, driver.Log.Compactions.Count);
    }

    [Fact]
    public void An_engine_that_takes_none_now_is_asked_again_after_a_pause()
    {
        NodeDriver driver = Started(s_entries);
        driver.Log.Compacts = false;
        Commit(driver, 30);
        driver.Log.Compacts = true;
        Assert.Empty(driver.Log.Compactions);

        driver.Run(TimeSpan.FromSeconds(2.1));

        Assert.Single(driver.Log.Compactions);
    }

    [Fact]
    public void Many_bytes_are_enough_too_but_a_large_state_is_not_written_for_little()
    {
        var policy = new CompactionPolicy { Bytes = 2_000 };
        NodeDriver driver = Started(policy);
        while (driver.Log.Compactions.Count == 0)
        {
            Commit(driver, 1);
        }

        Snapshot first = driver.Log.Compactions[0];
        driver.Node.SnapshotSaved(first.Meta, driver.Now);
        driver.Settle();
        ulong between = first.Meta.Index.Value;
        while (driver.Log.Compactions.Count == 1)
        {
            Commit(driver, 1);
        }

        // An entry here has about 24 + 40 bytes; the state has more than 2,000 by then, of which twice as many are waited for.
        Assert.True(first.Meta.Bytes > policy.Bytes);
        Assert.True(driver.Log.Compactions[1].Meta.Index.Value - between > 1.5 * between);
    }

    [Fact]
    public void A_snapshot_that_was_received_begins_the_count_anew()
    {
        NodeDriver driver = Started(s_entries);
        Commit(driver, 15);
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(3);
        driver.Restore(elsewhere);
        Commit(driver, 15);

        Assert.Empty(driver.Log.Compactions);
    }

    [Fact]
    public void Bounds_that_are_not_positive_are_refused() =>
        Assert.Throws<ArgumentException>(() => new NodeDriver(compaction: new CompactionPolicy { Entries = 0 }));

    private static NodeDriver Started(CompactionPolicy policy)
    {
        var driver = new NodeDriver(leads: false, compaction: policy);
        driver.Join(2);
        driver.Commit(new Command { FeatureRaise = new FeatureRaise { Level = FeatureLevels.Snapshots } });
        return driver;
    }

    private static void Commit(NodeDriver driver, int count)
    {
        for (int i = 0; i < count; i++)
        {
            driver.Commit(new Command { Proposer = 2, Request = driver.Node.State.AppliedIndex.Value + 1, GroupLeave = new GroupLeave { Group = "nobody's", Member = 1 } });
        }
    }
}
