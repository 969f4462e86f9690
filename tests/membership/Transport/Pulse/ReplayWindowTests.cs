using Cluster.Transport.Pulse;

namespace Cluster.Transport.Tests.Pulse;

public sealed class ReplayWindowTests
{
    [Fact]
    public void Each_number_is_taken_once_whatever_the_order()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            var window = new ReplayWindow(1);
            ulong[] numbers = [.. Enumerable.Range(1, 60).Select(number => (ulong)number)];
            random.Shuffle(numbers);
            Assert.All(numbers, number => Assert.True(window.TryTake(number)));
            random.Shuffle(numbers);
            Assert.All(numbers, number => Assert.False(window.TryTake(number)));
        }
    }

    [Fact]
    public void What_is_far_behind_is_old_and_a_leap_forgets_nothing_that_counts()
    {
        var window = new ReplayWindow(1);
        Assert.True(window.TryTake(5));
        Assert.True(window.TryTake(68));
        Assert.False(window.TryTake(5));
        Assert.False(window.TryTake(4));
        Assert.True(window.TryTake(6));
        Assert.True(window.TryTake(1_000_000));
        Assert.False(window.TryTake(68));
        Assert.True(window.TryTake(1_000_000 - 63));
        Assert.False(window.TryTake(1_000_000 - 64));
    }

    [Fact]
    public void What_was_sent_before_the_beginning_is_not_taken()
    {
        var window = new ReplayWindow(10);
        Assert.False(window.TryTake(9));
        Assert.True(window.TryTake(10));
        Assert.False(window.TryTake(0));
    }
}
