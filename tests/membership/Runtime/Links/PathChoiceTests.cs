using Cluster.Runtime.Links;

namespace Cluster.Runtime.Tests.Links;

public sealed class PathChoiceTests
{
    private readonly PathChoice _choice = new();

    [Fact]
    public void A_path_that_fails_is_left_at_once_for_one_that_works()
    {
        Assert.False(Choose(0, PathHealth.Good, PathHealth.Good));
        Assert.True(Choose(10, PathHealth.Silent, PathHealth.Good));
        Assert.Equal(1, _choice.Current);
    }

    [Fact]
    public void The_preferred_path_is_gone_back_to_only_when_it_has_worked_for_a_while()
    {
        Choose(0, PathHealth.Down, PathHealth.Good);
        Assert.Equal(1, _choice.Current);
        Assert.False(Choose(1000, PathHealth.Good, PathHealth.Good));
        Assert.False(Choose(1900, PathHealth.Good, PathHealth.Good));
        Assert.False(Choose(1950, PathHealth.Silent, PathHealth.Good));
        Assert.False(Choose(2000, PathHealth.Good, PathHealth.Good));
        Assert.False(Choose(2999, PathHealth.Good, PathHealth.Good));
        Assert.True(Choose(3000, PathHealth.Good, PathHealth.Good));
        Assert.Equal(0, _choice.Current);
    }

    [Fact]
    public void Where_all_are_silent_the_other_end_stands_still_and_traffic_stays()
    {
        Assert.False(Choose(0, PathHealth.Silent, PathHealth.Silent));
        Assert.Equal(0, _choice.Current);
    }

    [Fact]
    public void A_silent_connection_is_better_than_none_and_none_is_waited_for()
    {
        Assert.True(Choose(0, PathHealth.Down, PathHealth.Silent));
        Assert.Equal(1, _choice.Current);
        Assert.False(Choose(1, PathHealth.Down, PathHealth.Down));
    }

    private bool Choose(long nowMs, params PathHealth[] paths) => _choice.Choose(paths, nowMs);
}
