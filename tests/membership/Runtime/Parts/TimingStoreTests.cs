using Cluster.Membership;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cluster.Runtime.Tests.Parts;

public sealed class TimingStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("timing").FullName;

    private string FilePath => Path.Combine(_folder, "timing");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_life_begins_with_its_configuration_and_leaves_it_on_disk()
    {
        StoredTiming begin = TimingStore.Begin(_folder, MembershipTiming.Fast);

        Assert.Equal(StoredTiming.Configured(MembershipTiming.Fast), begin);
        Assert.Equal("version=0\npatience-ms=90\ntiming={ \"profile\": \"fast\" }\n", File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_changed_configuration_counts_but_what_the_former_one_promised_is_kept()
    {
        TimingStore.Begin(_folder, MembershipTiming.Wan);

        StoredTiming begin = TimingStore.Begin(_folder, MembershipTiming.Lan);

        Assert.Equal(new StoredTiming(0, MembershipTiming.Lan, MembershipTiming.Wan.ElectionTimeoutMin), begin);
        Assert.Equal(begin, TimingStore.Begin(_folder, MembershipTiming.Lan));
    }

    [Fact]
    public async Task What_the_clusters_settings_say_outlives_the_process_and_comes_before_the_configuration()
    {
        TimingStore.Begin(_folder, MembershipTiming.Lan);
        StoredTiming wan = new(4, MembershipTiming.Wan with { Lease = TimeSpan.FromSeconds(5) }, TimeSpan.FromSeconds(2));
        TaskCompletionSource<StoredTiming> stored = new();
        await using (TimingStore store = new(_folder, stored.SetResult, NullLogger.Instance))
        {
            store.Store(wan);
            Assert.Equal(wan, await stored.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }

        Assert.Equal(wan, TimingStore.Begin(_folder, MembershipTiming.Lan));
    }

    [Theory]
    [InlineData("")]
    [InlineData("version=1\npatience-ms=90\n")]
    [InlineData("version=x\npatience-ms=90\ntiming={}\n")]
    [InlineData("version=1\npatience-ms=90\ntiming={ \"leaseMs\": 1 }\n")]
    public void A_file_that_can_not_be_read_stops_the_start_with_a_way_out(string text)
    {
        File.WriteAllText(FilePath, text);

        var e = Assert.Throws<InvalidOperationException>(() => TimingStore.Begin(_folder, MembershipTiming.Lan));

        Assert.Contains("remove it when this node's daemon has not run for ten minutes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_fails_is_given_up_when_the_daemon_ends()
    {
        TimingStore store = new(Path.Combine(_folder, "missing"), _ => Assert.Fail("nothing is on disk"), NullLogger.Instance);
        store.Store(StoredTiming.Configured(MembershipTiming.Lan));

        await store.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
