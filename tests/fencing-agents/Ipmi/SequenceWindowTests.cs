using Cluster.Fencing.Ipmi.Session;

namespace Cluster.Fencing.Ipmi.Tests;

public sealed class SequenceWindowTests
{
    [Fact]
    public void Each_number_is_accepted_once()
    {
        var window = new SequenceWindow();
        foreach (var number in new uint[] { 1, 2, 5, 3, 40, 39 })
        {
            Assert.True(window.Accept(number), $"{number} is new");
            Assert.False(window.Accept(number), $"{number} is a repeat");
        }
    }

    [Fact]
    public void Zero_and_numbers_older_than_the_window_are_refused()
    {
        var window = new SequenceWindow();
        Assert.False(window.Accept(0));
        Assert.True(window.Accept(100));
        Assert.True(window.Accept(69));
        Assert.False(window.Accept(68));
    }

    [Fact]
    public void A_leap_forgets_nothing_that_is_still_in_the_window()
    {
        var window = new SequenceWindow();
        Assert.True(window.Accept(10));
        Assert.True(window.Accept(41));
        Assert.False(window.Accept(10));
        Assert.True(window.Accept(11));
        Assert.True(window.Accept(1000));
        Assert.True(window.Accept(999));
    }
}
