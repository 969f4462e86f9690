using Cluster.Transport.Security;

namespace Cluster.Transport.Tests.Security;

public sealed class PeerNameTests
{
    [Theory]
    [InlineData("cluster://blue/n1", "blue", "n1")]
    [InlineData("cluster://blue", "blue", null)]
    [InlineData("cluster://1/7", "1", "7")]
    public void A_name_is_read_as_it_is_written(string uri, string cluster, string? node)
    {
        Assert.Equal(new PeerName(cluster, node), PeerName.TryParse(uri));
        Assert.Equal(uri, new PeerName(cluster, node).ToString());
    }

    [Theory]
    [InlineData("https://blue/n1")]
    [InlineData("cluster://")]
    [InlineData("cluster://blue/")]
    [InlineData("cluster://blue/n1/n2")]
    [InlineData("cluster://Blue/n1")]
    [InlineData("cluster://blue/n1\n")]
    [InlineData("cluster://-blue/n1")]
    [InlineData("cluster://blue/n1@evil")]
    public void Anything_else_is_no_name(string uri) => Assert.Null(PeerName.TryParse(uri));

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("two\nlines", "two?lines")]
    [InlineData("\u001b[31mred", "?[31mred")]
    [InlineData("left\u202eright", "left?right")]
    public void Text_of_strangers_cannot_forge_lines_of_a_log(string text, string shown) => Assert.Equal(shown, Printable.Of(text));
}
