namespace Cluster.Locks.Tests;

public sealed class LockCompatibilityTests
{
    // Rows and columns NL CR CW PR PW EX, as the manuals print it.
    private static readonly string[] Matrix =
    [
        "111111",
        "111110",
        "111000",
        "110100",
        "110000",
        "100000",
    ];

    public static TheoryData<LockMode, LockMode> Pairs()
    {
        var pairs = new TheoryData<LockMode, LockMode>();
        foreach (LockMode held in Enum.GetValues<LockMode>())
        {
            foreach (LockMode asked in Enum.GetValues<LockMode>())
            {
                pairs.Add(held, asked);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_matrix_is_the_one_in_the_manuals(LockMode held, LockMode asked)
    {
        Assert.Equal(Expected(held, asked), LockCompatibility.AreCompatible(held, asked));
        Assert.Equal(LockCompatibility.AreCompatible(held, asked), LockCompatibility.AreCompatible(asked, held));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_mode_covers_another_when_it_excludes_at_least_as_much(LockMode stronger, LockMode weaker)
    {
        bool expected = Enum.GetValues<LockMode>().All(third => Expected(weaker, third) || !Expected(stronger, third));
        Assert.Equal(expected, LockCompatibility.Covers(stronger, weaker));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_new_request_is_granted_exactly_when_it_is_compatible_with_the_holder(LockMode held, LockMode asked)
    {
        var table = new TableDriver();
        table.Request("r", 1, held);
        table.Request("r", 2, asked);
        bool compatible = Expected(held, asked);
        Assert.Equal(compatible ? TableLockState.Granted : TableLockState.Waiting, table.StateOf(2));
        Assert.Equal(compatible ? [] : [(1UL, asked)], table.TakeNotices());
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Without_queueing_an_incompatible_request_ends_as_Again_and_nobody_is_told(LockMode held, LockMode asked)
    {
        var table = new TableDriver();
        table.Request("r", 1, held);
        table.Request("r", 2, asked, LockFlags.NoQueue);
        bool compatible = Expected(held, asked);
        Assert.Equal(compatible ? LockStatus.Granted : LockStatus.Again, table.TakeCompletions().Last().Status);
        Assert.Equal(compatible, table.Exists(2));
        Assert.Empty(table.TakeNotices());
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_conversion_is_granted_in_place_exactly_when_it_is_compatible_with_the_other_holder(LockMode other, LockMode target)
    {
        var table = new TableDriver();
        table.Request("r", 1, other);
        table.Request("r", 2, LockMode.NL);
        table.Convert(2, target);
        bool compatible = Expected(other, target);
        Assert.Equal(compatible ? TableLockState.Granted : TableLockState.Converting, table.StateOf(2));
        Assert.Equal(compatible ? target : LockMode.NL, table.View(2).Granted);
    }

    [Fact]
    public void A_queued_conversion_is_legal_only_for_the_pairs_in_the_manual()
    {
        (LockMode From, LockMode To)[] legal =
        [
            (LockMode.NL, LockMode.CR), (LockMode.NL, LockMode.CW), (LockMode.NL, LockMode.PR), (LockMode.NL, LockMode.PW), (LockMode.NL, LockMode.EX),
            (LockMode.CR, LockMode.CW), (LockMode.CR, LockMode.PR), (LockMode.CR, LockMode.PW), (LockMode.CR, LockMode.EX),
            (LockMode.CW, LockMode.PR), (LockMode.CW, LockMode.PW), (LockMode.CW, LockMode.EX),
            (LockMode.PR, LockMode.CW), (LockMode.PR, LockMode.PW), (LockMode.PR, LockMode.EX),
            (LockMode.PW, LockMode.EX),
        ];
        foreach (LockMode from in Enum.GetValues<LockMode>())
        {
            foreach (LockMode to in Enum.GetValues<LockMode>())
            {
                Assert.Equal(legal.Contains((from, to)), LockFlagRules.FitConversion(from, to, LockFlags.QueCvt));
            }
        }
    }

    private static bool Expected(LockMode held, LockMode asked) => Matrix[(int)held][(int)asked] == '1';
}
