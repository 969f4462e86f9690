using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>The timing of the settings reaches the engine, and what its patience promises outlives the process.</summary>
public sealed class TimekeeperTests
{
    private static readonly TimeSpan s_lanPatience = MembershipTiming.Lan.ElectionTimeoutMin;
    private static readonly TimeSpan s_wanPatience = MembershipTiming.Wan.ElectionTimeoutMin;

    [Fact]
    public void A_new_timing_is_used_by_the_engine_only_once_it_is_on_disk()
    {
        NodeDriver driver = Start();
        driver.KeepsTimings = true;

        Use(driver, "wan");
        driver.Run(TimeSpan.FromSeconds(1));
        StoredTiming stored = driver.TimingsToStore[^1];
        Assert.Equal((2UL, s_wanPatience), (stored.Version, stored.Patience));
        Assert.DoesNotContain(driver.Log.Timings, timing => timing.ElectionTimeoutMin == s_wanPatience);
        driver.Node.TimingStored(stored, driver.Now);

        Assert.Equal(s_wanPatience, driver.Log.Timings[^1].ElectionTimeoutMin);
    }

    [Fact]
    public void Less_patience_is_stored_with_the_longer_one_until_what_that_promised_is_over()
    {
        NodeDriver driver = Start();
        Use(driver, "wan");
        driver.Run(TimeSpan.FromSeconds(1));

        Use(driver, "lan");
        MonotonicTime changed = driver.Now;
        Assert.Equal(s_lanPatience, driver.Log.Timings[^1].ElectionTimeoutMin);
        Assert.Equal((3UL, s_wanPatience), (driver.TimingsToStore[^1].Version, driver.TimingsToStore[^1].Patience));
        driver.Run(changed + s_wanPatience - TimeSpan.FromMilliseconds(30) - driver.Now);
        Assert.Equal(s_wanPatience, driver.TimingsToStore[^1].Patience);
        driver.Run(TimeSpan.FromMilliseconds(50));

        Assert.Equal((3UL, s_lanPatience), (driver.TimingsToStore[^1].Version, driver.TimingsToStore[^1].Patience));
    }

    [Fact]
    public void Rarer_heartbeats_wait_until_the_others_know()
    {
        NodeDriver driver = Start();
        Use(driver, "wan");

        Assert.Equal(MembershipTiming.Lan.HeartbeatInterval, driver.Log.Timings[^1].HeartbeatInterval);
        driver.Run(2 * MembershipTiming.Wan.ElectionTimeoutMax + TimeSpan.FromMilliseconds(20));

        Assert.Equal(MembershipTiming.Wan.HeartbeatInterval, driver.Log.Timings[^1].HeartbeatInterval);
    }

    [Fact]
    public void More_frequent_heartbeats_do_not_wait()
    {
        NodeDriver driver = Start();
        Use(driver, "fast");

        Assert.Equal(MembershipTiming.Fast.HeartbeatInterval, driver.Log.Timings[^1].HeartbeatInterval);
    }

    [Fact]
    public void A_life_that_has_not_read_its_way_to_what_the_former_one_stored_goes_by_that()
    {
        NodeDriver driver = new(stored: new StoredTiming(2, MembershipTiming.Wan, s_wanPatience));
        driver.Run(TimeSpan.FromSeconds(2));

        Assert.Empty(driver.TimingsToStore);
        Assert.Empty(driver.Log.Timings);
    }

    [Fact]
    public void What_a_former_life_promised_is_kept_on_disk_until_it_is_over()
    {
        StoredTiming stored = StoredTiming.Configured(new MembershipTiming { StartupGrace = TimeSpan.Zero }) with { Patience = TimeSpan.FromSeconds(1) };
        NodeDriver driver = new(stored: stored);

        driver.Run(TimeSpan.FromSeconds(0.9));
        Assert.All(driver.TimingsToStore, each => Assert.Equal(TimeSpan.FromSeconds(1), each.Patience));
        driver.Run(TimeSpan.FromSeconds(0.2));

        Assert.Equal(s_lanPatience, driver.TimingsToStore[^1].Patience);
    }

    private static NodeDriver Start()
    {
        NodeDriver driver = new();
        driver.Join(2);
        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3));
        Assert.Equal(1UL, driver.Node.State.Settings.Version);
        return driver;
    }

    private static void Use(NodeDriver driver, string profile) => driver.Commit(new Command
    {
        SettingsChange = new SettingsChange
        {
            BasedOn = driver.Node.State.Settings.Version,
            Who = "ann",
            Settings = new Settings { Timing = new TimingSettings { Profile = profile } },
        },
    });
}
