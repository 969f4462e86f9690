using System.Diagnostics;
using Cluster.Locks.Tests.Support;
using Cluster.Locks.UserSpace.Server;

namespace Cluster.Locks.UserSpace.Tests;

public sealed class ProcessIdentityTests
{
    [Theory]
    [InlineData("7 (plain) S", "1", true)]
    [InlineData("7 (a b) (c)) R", "1", true)]
    [InlineData("7 (stopped) T", "1", true)]
    [InlineData("7 (leader ended first) Z", "3", true)]
    [InlineData("7 (zombie) Z", "1", false)]
    [InlineData("7 (dead) X", "1", false)]
    public void A_process_lives_until_its_last_thread_has_ended(string head, string threads, bool lives)
    {
        string stat = $"{head} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 {threads} 18 98765 20 21";
        Assert.Equal(lives ? new ProcessIdentity(7, 98765) : null, ProcessIdentity.Parse(7, stat));
    }

    [Fact]
    public void A_line_that_is_no_stat_is_an_error_and_never_a_death() =>
        Assert.Throws<InvalidDataException>(() => ProcessIdentity.Parse(7, "7 (x) S 1 2"));

    [Fact]
    public async Task The_end_of_a_foreign_process_is_seen()
    {
        using Process child = Process.Start("sleep", "600");
        ProcessIdentity identity = ProcessIdentity.OfLiving(child.Id)!.Value;
        Assert.False(identity.HasEnded());
        Task ended = ProcessWatch.UntilEndedAsync(identity, CancellationToken.None);
        Assert.False(ended.IsCompleted);
        child.Kill();
        await Eventually.Within(ended, "the end of the process");
        Assert.True(identity.HasEnded());
    }

    [Fact]
    public void Another_process_with_the_same_number_is_not_the_same()
    {
        ProcessIdentity self = ProcessIdentity.OfLiving(Environment.ProcessId)!.Value;
        Assert.False(self.HasEnded());
        Assert.True((self with { StartTicks = self.StartTicks - 1 }).HasEnded());
    }
}
