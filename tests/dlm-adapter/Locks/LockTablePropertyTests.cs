using Cluster.Consensus;

namespace Cluster.Locks.Tests;

public sealed class LockTablePropertyTests
{
    private const int Steps = 400;
    private const int MostLocks = 7;

    [Fact]
    public void The_table_does_what_the_plain_rules_say()
    {
        int grantedConversions = 0;
        int deadlocks = 0;
        for (ulong seed = 1; seed <= 400; seed++)
        {
            (int conversions, int dead) = Compare(seed);
            grantedConversions += conversions;
            deadlocks += dead;
        }

        // The walk must have met what it is there to meet.
        Assert.True(grantedConversions > 1000 && deadlocks > 100, $"{grantedConversions} conversions, {deadlocks} deadlocks");
    }

    private static (int Conversions, int Deadlocks) Compare(ulong seed)
    {
        var random = new SplitMix64(seed);
        var table = new TableDriver();
        var reference = new ReferenceTable();
        var live = new List<ulong>();
        ulong last = 0;
        int compared = 0;
        var log = new List<LockCompletion>();
        for (int step = 0; step < Steps; step++)
        {
            ulong number = live.Count == 0 ? 0 : live[(int)random.Below((ulong)live.Count)];
            ulong choice = random.Below(10);
            if (live.Count == 0 || (choice < 4 && live.Count < MostLocks))
            {
                LockMode mode = (LockMode)random.Below(6);
                LockFlags flags = RandomFlags(ref random, isNew: true, mode);
                reference.Request(++last, mode, flags);
                Assert.Equal(LockCallResult.Accepted, table.Request("r", last, mode, flags));
                live.Add(last);
            }
            else if (choice < 7 && reference.StateOf(number) == TableLockState.Granted)
            {
                LockMode mode = (LockMode)random.Below(6);
                LockFlags flags = RandomFlags(ref random, isNew: false, mode);
                if (LockFlagRules.FitConversion(reference.HeldBy(number), mode, flags))
                {
                    reference.Convert(number, mode, flags);
                    Assert.Equal(LockCallResult.Accepted, table.Convert(number, mode, flags));
                }
            }
            else if (choice < 8)
            {
                reference.Cancel(number);
                table.Cancel(number);
            }
            else
            {
                reference.Unlock(number);
                table.Unlock(number);
            }

            log.AddRange(table.TakeCompletions());
            Assert.True(log.Count == reference.Log.Count, $"seed {seed} step {step}: {log.Count} completions, not {reference.Log.Count}");
            for (; compared < log.Count; compared++)
            {
                (ulong Number, LockStatus Status, LockMode Mode) got = (log[compared].Id.Number, log[compared].Status, log[compared].Mode);
                Assert.True(got == reference.Log[compared], $"seed {seed} step {step}: {got}, not {reference.Log[compared]}");
            }

            live.RemoveAll(n => reference.StateOf(n) is null);
            foreach (ulong n in live)
            {
                Assert.True(table.StateOf(n) == reference.StateOf(n), $"seed {seed} step {step}: lock {n}");
                Assert.True(table.View(n).Granted == reference.HeldBy(n), $"seed {seed} step {step}: mode of lock {n}");
            }

            Assert.Equal(live.Count, table.Table.LockCount);
        }

        return (log.Count(c => c is { Status: LockStatus.Granted, Operation: > 1 }), log.Count(c => c.Status == LockStatus.Deadlock || c.Demoted));
    }

    private static LockFlags RandomFlags(ref SplitMix64 random, bool isNew, LockMode mode)
    {
        LockFlags flags = LockFlags.None;
        flags |= random.Chance(0.1) ? LockFlags.NoQueue : 0;
        flags |= random.Chance(0.1) ? LockFlags.NoOrder : 0;
        flags |= random.Chance(0.1) ? LockFlags.HeadQue : 0;
        if (isNew)
        {
            flags |= mode == LockMode.NL && random.Chance(0.3) ? LockFlags.Expedite : 0;
        }
        else
        {
            flags |= random.Chance(0.2) ? LockFlags.QueCvt : 0;
            flags |= random.Chance(0.1) ? LockFlags.ConvDeadlk : 0;
            flags |= random.Chance(0.1) ? LockFlags.NoDlckWt : 0;
        }

        return flags;
    }
}
