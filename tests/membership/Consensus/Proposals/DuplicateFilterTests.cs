namespace Cluster.Consensus.Tests.Proposals;

public class DuplicateFilterTests
{
    private static readonly ProposalSession s_session = new(new NodeId(1), 7);
    private readonly DuplicateFilter<string> _filter = new();

    [Fact]
    public void What_was_applied_is_known_with_its_outcome()
    {
        _filter.Remember(s_session, 5, "five");

        Assert.Equal(ProposalVerdict.Known, _filter.Judge(s_session, 5, out string? outcome));
        Assert.Equal("five", outcome);
    }

    [Fact]
    public void A_proposal_that_overtook_an_earlier_one_does_not_hide_it()
    {
        _filter.Remember(s_session, 5, "five");

        Assert.Equal(ProposalVerdict.New, _filter.Judge(s_session, 4, out _));
    }

    [Fact]
    public void Sessions_do_not_know_of_each_other()
    {
        _filter.Remember(s_session, 5, "five");

        Assert.Equal(ProposalVerdict.New, _filter.Judge(s_session with { Life = 8 }, 5, out _));
        Assert.Equal(ProposalVerdict.New, _filter.Judge(s_session with { Node = new NodeId(2) }, 5, out _));
    }

    [Fact]
    public void What_is_too_old_to_be_remembered_is_not_taken_for_new()
    {
        const int Newest = 3 * DuplicateFilter<string>.SequencesPerSession;
        for (ulong i = 1; i <= Newest; i++)
        {
            _filter.Remember(s_session, i, $"{i}");
        }

        const ulong Floor = Newest - DuplicateFilter<string>.SequencesPerSession;
        Assert.Equal(ProposalVerdict.Forgotten, _filter.Judge(s_session, 1, out _));
        Assert.Equal(ProposalVerdict.Forgotten, _filter.Judge(s_session, Floor, out _));
        Assert.Equal(ProposalVerdict.Known, _filter.Judge(s_session, Floor + 1, out _));
        Assert.Equal(DuplicateFilter<string>.SequencesPerSession, _filter.Export().Count);
    }

    [Fact]
    public void A_number_far_ahead_makes_everything_before_it_too_old()
    {
        _filter.Remember(s_session, 1, "one");
        _filter.Remember(s_session, 1_000_000_000_000, "far");

        Assert.Equal(ProposalVerdict.Forgotten, _filter.Judge(s_session, 1, out _));
        Assert.Single(_filter.Export());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(ulong.MaxValue)]
    public void Numbers_may_begin_anywhere(ulong first)
    {
        _filter.Remember(s_session, first, "first");

        Assert.Equal(ProposalVerdict.Known, _filter.Judge(s_session, first, out _));
        Assert.Single(_filter.Export());
    }

    [Fact]
    public void A_nodes_oldest_sessions_are_dropped_and_the_others_kept()
    {
        for (ulong life = 0; life <= DuplicateFilter<string>.SessionsPerNode; life++)
        {
            _filter.Remember(new ProposalSession(new NodeId(1), life), 1, "x");
        }

        Assert.Equal(DuplicateFilter<string>.SessionsPerNode, _filter.Export().Count);
        Assert.Equal(ProposalVerdict.Known, _filter.Judge(new ProposalSession(new NodeId(1), 1), 1, out _));
    }

    [Fact]
    public void A_filter_restored_from_a_snapshot_judges_as_the_one_it_was_taken_from()
    {
        var random = new SplitMix64(42);
        var restored = new DuplicateFilter<string>();
        for (int step = 0; step < 20_000; step++)
        {
            var session = new ProposalSession(new NodeId((uint)random.Below(3) + 1), random.Below(4) + ((ulong)step / 2000));
            ulong sequence = (ulong)step + random.Below(1500);
            ProposalVerdict verdict = _filter.Judge(session, sequence, out string? outcome);
            Assert.Equal(verdict, restored.Judge(session, sequence, out string? same));
            Assert.Equal(outcome, same);
            if (verdict == ProposalVerdict.New)
            {
                _filter.Remember(session, sequence, $"{step}");
                restored.Remember(session, sequence, $"{step}");
            }

            if (step % 1000 == 0)
            {
                IReadOnlyList<RememberedOutcome<string>> saved = _filter.Export();
                restored = new DuplicateFilter<string>();
                restored.Restore(saved);
                Assert.Equal(saved, restored.Export());
            }
        }
    }

    [Fact]
    public void A_filter_that_was_told_to_forget_takes_duplicates_for_new()
    {
        var broken = new DuplicateFilter<string>(RaftMutations.AppliesDuplicates);
        broken.Remember(s_session, 5, "five");

        Assert.Equal(ProposalVerdict.New, broken.Judge(s_session, 5, out _));
    }
}
