using System.Text.Json;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Tests.Support;
using Cluster.Consensus;
using Cluster.Runtime;

namespace Cluster.Api.Server.Tests;

public sealed class LinkTests
{
    [Fact]
    public async Task Each_path_to_each_node_is_shown_and_what_is_not_known_is_left_out()
    {
        PeerPathStatus good = new(
            new PeerAddress("10.0.0.2", 7100), true, true, 3, 10, 1000, 1, null, TimeSpan.FromMilliseconds(40), TimeSpan.FromMicroseconds(230), 7, 2);
        PeerPathStatus bad = new(new PeerAddress("fd00::2", 7100), false, false, 0, 0, 0, 0, "refused", null, null, 0, 0);
        PeerLinkStatus link = new(new NodeId(2), "n2", true, false, "refused", 10, 1, 55, [good, bad], 66, 0);
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.Links = [LinkProjection.Of(link)];

        JsonElement shown = Assert.Single((await api.GetAsync("/v1/links")).GetProperty("links").EnumerateArray());

        Assert.Equal("n2", shown.GetProperty("node").GetString());
        Assert.True(shown.GetProperty("connected").GetBoolean());
        Assert.False(shown.GetProperty("heard").GetBoolean());
        JsonElement[] paths = [.. shown.GetProperty("paths").EnumerateArray()];
        Assert.Equal(["10.0.0.2:7100", "[fd00::2]:7100"], paths.Select(path => path.GetProperty("address").GetString()));
        Assert.Equal((40, 230, 3), (paths[0].GetProperty("lastHeardMs").GetInt32(), paths[0].GetProperty("roundTripMicros").GetInt32(), paths[0].GetProperty("errors").GetInt32()));
        Assert.False(paths[1].TryGetProperty("lastHeardMs", out _));
        Assert.Equal("refused", paths[1].GetProperty("lastError").GetString());
    }
}
