namespace Cluster.Consensus.Tests.Proposals;

public class PendingProposalsTests
{
    private static readonly NodeId s_self = new(1);
    private static readonly NodeId s_other = new(2);
    private readonly SettableLog _log = new();
    private readonly List<RaftMessage> _sent = [];
    private readonly PendingProposals<string> _pending;
    private MonotonicTime _now = new(0);

    public PendingProposalsTests() => _pending = new PendingProposals<string>(s_self, _log, TimeSpan.FromMilliseconds(100));

    [Fact]
    public void On_the_leader_each_is_proposed_once_a_term()
    {
        _log.Lead(1);
        Add(1);
        Tick(500);
        Assert.Equal([1], _log.Proposed);

        // A later term may have lost it.
        _log.Lead(2);
        Tick();
        Assert.Equal([1, 1], _log.Proposed);
        Assert.Empty(_sent);
    }

    [Fact]
    public void What_is_refused_for_now_is_proposed_with_the_next_input()
    {
        _log.Lead(1);
        _log.IsFull = true;
        Add(1);
        Tick();
        _log.IsFull = false;
        Tick();

        Assert.Equal([1], _log.Proposed);
    }

    [Fact]
    public void Elsewhere_each_is_sent_to_the_leader_again_with_growing_pauses()
    {
        _log.Follow(s_other, 1);
        Add(1);
        List<int> at = [];
        for (int ms = 0; ms < 5_000; ms++)
        {
            int before = _sent.Count;
            Tick();
            if (_sent.Count > before)
            {
                at.Add(ms);
            }

            _now += TimeSpan.FromMilliseconds(1);
        }

        Assert.Equal([0, 100, 300, 700, 1500, 2500, 3500, 4500], at);
        Assert.All(_sent, m => Assert.Equal((RaftMessageKind.Proposal, s_other), (m.Kind, m.To)));
    }

    [Fact]
    public void A_new_leader_is_sent_everything_at_once()
    {
        _log.Follow(s_other, 1);
        Add(1);
        Tick();
        _log.Follow(new NodeId(3), 2);
        Tick();

        Assert.Equal([2U, 3U], _sent.Select(m => m.To.Value));
    }

    [Fact]
    public void Without_a_leader_they_wait()
    {
        _log.Follow(NodeId.None, 1);
        Add(1);
        Tick(10_000);
        Assert.Empty(_sent);

        _log.Lead(2);
        Tick();
        Assert.Equal([1], _log.Proposed);
    }

    [Fact]
    public void What_is_seen_applied_is_brought_no_more()
    {
        _log.Follow(s_other, 1);
        Add(1);
        Add(2);
        Assert.True(_pending.TryComplete(1, out string? tag));
        Assert.Equal("1", tag);
        Assert.False(_pending.TryComplete(1, out _));
        _pending.Forget(2);
        Tick(10_000);

        Assert.Empty(_sent);
        Assert.Equal(0, _pending.Count);
    }

    [Fact]
    public void Nothing_is_looked_at_while_nothing_is_due()
    {
        _log.Lead(1);
        Add(1);
        Tick();
        _log.IsFull = true;
        int asked = _log.Asked;
        Tick(500);

        Assert.Equal(asked, _log.Asked);
    }

    private void Add(ulong sequence) => _pending.Add(sequence, new[] { (byte)sequence }, $"{sequence}");

    private void Tick(int afterMs = 0)
    {
        _now += TimeSpan.FromMilliseconds(afterMs);
        _pending.Tick(_now, _sent);
    }
}
