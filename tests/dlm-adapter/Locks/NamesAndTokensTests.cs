using Cluster.Membership;

namespace Cluster.Locks.Tests;

public sealed class NamesAndTokensTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", true)]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234", false)]
    [InlineData("", false)]
    [InlineData("ééééééééééééééééééééééééééééééé", true)] // 62 bytes
    [InlineData("ééééééééééééééééééééééééééééééééé", false)] // 66 bytes
    public void A_name_has_1_to_64_bytes(string text, bool valid)
    {
        Assert.Equal(valid, ResourceName.TryCreate(text, out ResourceName name));
        Assert.Equal(valid ? text : string.Empty, name.Text);
        if (!valid)
        {
            Assert.Throws<ArgumentException>(() => ResourceName.Create(text));
        }
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_name() => Assert.False(ResourceName.TryCreate("x\ud800y", out _));

    [Fact]
    public void The_hash_is_the_same_in_every_run_and_names_compare_ordinally()
    {
        Assert.Equal(0xEB39D4E28CE85B9BUL, ResourceName.Create("inode/42").Hash);
        Assert.NotEqual(ResourceName.Create("A"), ResourceName.Create("a"));
        Assert.True(ResourceName.Create("A") < ResourceName.Create("a"));
        Assert.Equal(ResourceName.Create("é\U0001F600").Hash, ResourceName.Create("é\U0001F600").Hash);
    }

    [Fact]
    public void A_token_puts_the_generation_above_the_counter()
    {
        var token = FencingToken.Compose(new Generation(3), 17);
        Assert.Equal((3UL << 42) + 17, token.Value);
        Assert.Equal((new Generation(3), 17UL), (token.Generation, token.Counter));
        Assert.True(FencingToken.Compose(new Generation(4), 0) > FencingToken.Compose(new Generation(3), FencingToken.MaxCounter));
    }

    [Fact]
    public void A_token_that_would_overflow_is_never_issued()
    {
        Assert.Throws<InvalidOperationException>(() => FencingToken.Compose(new Generation(1UL << 22), 0));
        Assert.Throws<InvalidOperationException>(() => FencingToken.Compose(new Generation(1), 1UL << 42));
        Assert.Equal(ulong.MaxValue, FencingToken.Compose(new Generation(FencingToken.MaxGeneration), FencingToken.MaxCounter).Value);
    }
}
