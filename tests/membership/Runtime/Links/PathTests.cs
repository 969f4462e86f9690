using Cluster.Consensus;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests.Links;

public sealed class PathTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("paths").FullName;
    private readonly int _port1 = FreePorts.Take();
    private readonly int _first2 = FreePorts.Take();
    private readonly int _second2 = FreePorts.Take();
    private PathRelay _preferred = null!;
    private PathRelay _other = null!;
    private LinkEnd _one = null!;
    private LinkEnd _two = null!;

    public ValueTask InitializeAsync()
    {
        _preferred = new PathRelay(_first2);
        _other = new PathRelay(_second2);
        NodePeer n1 = new(new NodeId(1), "n1", "127.0.0.1", _port1);
        _two = new LinkEnd(_root, Node2(_first2, _second2), [n1]);
        _one = new LinkEnd(_root, n1, [Node2(_preferred.Port, _other.Port)]);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _preferred.DisposeAsync();
        await _other.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Urgent_messages_go_over_every_path_and_all_else_over_the_preferred_one()
    {
        await ConnectedAsync();
        Assert.True(_one.StatusOf(2).Paths[0].IsUsed);
        long before = _other.Carried;
        for (int i = 0; i < 50; i++)
        {
            _one.Propose(2);
        }

        await Eventually.Holds(() => _preferred.Carried > 50 * 100, "what goes over one path");
        Assert.True(_other.Carried - before < 25 * 100, "only the last of the urgent messages before may still come");
        before = _other.Carried;
        _one.Ping(2);
        await Eventually.Holds(() => _other.Carried > before, "the urgent message on the other path");
    }

    [Fact]
    public async Task Traffic_moves_to_the_other_path_when_the_preferred_one_breaks_and_comes_back_when_it_works_again()
    {
        await ConnectedAsync();
        await _preferred.DisposeAsync();
        await Eventually.Holds(
            () =>
            {
                _one.Propose(2);
                return _one.StatusOf(2).Paths[1].IsUsed;
            },
            "the other path to be used");
        await _one.ReachesAsync(_two, "a message over the other path");
        Assert.Contains(_one.Log.Lines, line => line.Contains("Traffic to n2 moves from", StringComparison.Ordinal));
        Assert.True(_one.StatusOf(2).IsConnected);
        await Eventually.Holds(() => _one.StatusOf(2).Paths[0].LastError is not null, "the reason");

        _preferred = new PathRelay(_first2, _preferred.Port);
        await Eventually.Holds(
            () =>
            {
                _one.Ping(2);
                return _one.StatusOf(2).Paths[0].IsUsed;
            },
            "the preferred path to be used again");
    }

    [Fact]
    public async Task Traffic_leaves_a_path_on_which_all_is_silence_long_before_TCP_notices()
    {
        await ConnectedAsync();
        await Eventually.Holds(() => Beat() && _one.StatusOf(2).Paths.All(path => path.LastHeard is not null), "pulses over both paths");
        Assert.True(_one.StatusOf(2).Paths[0].IsUsed);

        _preferred.Cut();
        await Eventually.Holds(() => Beat() && _one.StatusOf(2).Paths[1].IsUsed, "the other path to be used");
        Assert.True(_one.StatusOf(2).Paths[0].IsConnected, "TCP had noticed by then");
        await _one.ReachesAsync(_two, "a message over the other path");

        _preferred.Mend();
        await Eventually.Holds(() => Beat() && _one.StatusOf(2).Paths[0].IsUsed, "the preferred path to be used again");

        bool Beat()
        {
            _one.Ping(2);
            _two.Ping(1);
            return true;
        }
    }

    [Fact]
    public async Task Where_no_datagrams_pass_the_links_carry_everything()
    {
        _preferred.CarriesDatagrams = false;
        _other.CarriesDatagrams = false;
        await ConnectedAsync();
        long before = _two.ReceivedFrom(1);
        for (int i = 0; i < 20; i++)
        {
            _one.Ping(2);
            _two.Ping(1);
        }

        await Eventually.Holds(() => _two.ReceivedFrom(1) >= before + 20, "the messages");
        Assert.Null(_one.StatusOf(2).Paths[0].LastHeard);
        Assert.Equal(0, _two.StatusOf(1).PulsesReceived);
    }

    [Fact]
    public async Task A_node_that_moves_is_followed_and_one_that_is_removed_is_heard_as_long_as_it_is_connected()
    {
        await ConnectedAsync();
        NodePeer n1 = new(new NodeId(1), "n1", "127.0.0.1", _port1);
        await using var relay = new PathRelay(_second2);
        _one.Links.Update([n1, Node2(relay.Port)]);
        Assert.Equal(relay.Port, Assert.Single(_one.StatusOf(2).Paths).Address.Port);
        await _one.ReachesAsync(_two, "a message at the new address");
        await Eventually.Holds(() => relay.Carried > 0, "the new address to be used");

        await _two.ReachesAsync(_one, "a message the other way");
        _one.Links.Update([n1]);
        await _one.ReachesAsync(_two, "what a removed node has to be told");
        await _two.DisposeAsync();
        await Eventually.Holds(() => _one.Links.Status.Count == 0, "it to be forgotten");
    }

    [Fact]
    public async Task This_node_listens_also_at_an_address_that_it_gets_while_it_runs()
    {
        int added = FreePorts.Take();
        NodePeer n1 = new(new NodeId(1), "n1", "127.0.0.1", _port1);
        _two.Links.Update([n1, Node2(_first2, _second2, added)]);
        _one.Links.Update([n1, Node2(added)]);
        await _one.ReachesAsync(_two, "a message at the added address");

        // It is another machine's: told, and no harm done.
        _two.Links.Update([n1, Node2(_first2, _second2) with { Addresses = [new PeerAddress("192.0.2.1", 7)] }]);
        await Eventually.Holds(
            () => _two.Log.Lines.Any(line => line.Contains("does not listen at 192.0.2.1:7", StringComparison.Ordinal)), "the warning");
        _one.Links.Update([n1, Node2(_second2)]);
        await _one.ReachesAsync(_two, "a message at a configured address");
    }

    [Fact]
    public async Task A_restarted_node_finds_a_node_that_its_configuration_does_not_name()
    {
        NodePeer n1 = new(new NodeId(1), "n1", "127.0.0.1", _port1);
        NodePeer n4 = new(new NodeId(4), "n4", "127.0.0.1", FreePorts.Take());
        await using var four = new LinkEnd(_root, n4, []);
        _one.Links.Update([n1, Node2(_preferred.Port), n4]);
        await _one.DisposeAsync();
        Assert.True(File.Exists(Path.Combine(_root, "n1", "peers")));

        _one = new LinkEnd(_root, n1, [Node2(_preferred.Port)]);
        await _one.ReachesAsync(four, "a message to a node that only the file names");

        // The other does not know this one at all, but learned from it where it is.
        await four.ReachesAsync(_one, "an answer");
    }

    private static NodePeer Node2(params int[] ports) =>
        new(new NodeId(2), "n2", [.. ports.Select(port => new PeerAddress("127.0.0.1", port))]);

    private async Task ConnectedAsync()
    {
        await Eventually.Holds(
            () =>
            {
                _one.Ping(2);
                return _one.StatusOf(2).Paths.All(path => path.IsConnected);
            },
            "both paths to be connected");
        _one.Propose(2);
        await _one.ReachesAsync(_two, "the first message");
    }
}
