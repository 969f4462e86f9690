using Cluster.Client.Processes;

namespace Cluster.Client.Tests;

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

        Assert.Equal((98765UL, !lives), ProcessIdentity.Parse(stat));
    }

    [Fact]
    public void A_line_that_is_no_stat_is_an_error_and_never_a_death() =>
        Assert.Throws<FormatException>(() => ProcessIdentity.Parse("7 (x) S 1 2"));
}
