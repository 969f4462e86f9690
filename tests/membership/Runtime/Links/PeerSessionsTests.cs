using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime.Links;
using Cluster.Transport;

namespace Cluster.Runtime.Tests.Links;

public sealed class PeerSessionsTests
{
    private static readonly NodeId s_n3 = new(3);

    private readonly PeerSessions _sessions = new();

    [Fact]
    public void A_process_that_another_has_followed_is_refused_and_the_newer_one_is_not()
    {
        Assert.False(_sessions.Observe(s_n3, 1000UL << 40, new Incarnation(5)));
        Assert.Null(Refusal(1000UL << 40));
        Assert.True(_sessions.Observe(s_n3, 2000UL << 40, new Incarnation(9)));
        Assert.Contains("another one of the node has joined since, as incarnation 9", Refusal(1000UL << 40));
        Assert.Null(Refusal(2000UL << 40));
    }

    [Fact]
    public void A_process_that_is_not_known_may_be_newer_and_is_admitted()
    {
        Assert.Null(Refusal(7));
        _sessions.Observe(s_n3, 1000UL << 40, new Incarnation(5));
        Assert.Null(Refusal(3000UL << 40));
    }

    [Fact]
    public void Further_lives_of_one_process_do_not_end_it()
    {
        for (ulong life = 0; life < 100; life++)
        {
            Assert.False(_sessions.Observe(s_n3, ulong.MaxValue - 3 + life, new Incarnation(5 + life)));
            Assert.Null(Refusal(ulong.MaxValue - 3));
        }
    }

    [Fact]
    public void What_was_over_is_over_also_after_further_lives_of_the_newer_process()
    {
        _sessions.Observe(s_n3, 1000UL << 40, new Incarnation(5));
        _sessions.Observe(s_n3, (1000UL << 40) + 1, new Incarnation(6));
        Assert.True(_sessions.Observe(s_n3, 2000UL << 40, new Incarnation(9)));
        Assert.False(_sessions.Observe(s_n3, (2000UL << 40) + 1, new Incarnation(12)));
        Assert.NotNull(Refusal(1000UL << 40));
        Assert.Null(Refusal(2000UL << 40));
    }

    [Fact]
    public void Nodes_do_not_answer_for_each_other()
    {
        _sessions.Observe(s_n3, 1000UL << 40, new Incarnation(5));
        _sessions.Observe(s_n3, 2000UL << 40, new Incarnation(9));
        Assert.Null(_sessions.RefusalOf(new LinkPeer(2, 1000UL << 40, LinkPriority.Urgent)));
    }

    private string? Refusal(ulong session) => _sessions.RefusalOf(new LinkPeer(3, session, LinkPriority.Urgent));
}
