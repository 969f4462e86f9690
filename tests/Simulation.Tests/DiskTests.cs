using Cluster.Consensus;
using Cluster.Simulation.Disks;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Tests;

/// <summary>The real log over the simulated folder: what faults may take, and what they may not.</summary>
public sealed class DiskTests
{
    private readonly Timeline _time = new(1, 0);

    [Fact]
    public void A_power_cut_keeps_what_was_synced_and_some_beginning_of_the_rest()
    {
        SortedSet<int> survivors = [];
        for (ulong seed = 1; seed <= 200; seed++)
        {
            SimulatedDisk disk = Opened(seed);
            disk.Enqueue([LogWrite.SaveHardState(1, new HardState(new Term(1), new NodeId(2))), Append(2, 1, 2)]);
            Pass(1_000);
            Assert.Equal(2, disk.SyncedLog.Entries.Count);

            disk.SyncMs = (10, 10);
            disk.Enqueue([Append(3, 3, 4), Append(4, 5, 7)]);
            Assert.Null(disk.SyncedLog.TermAt(new LogIndex(3)));
            Assert.Equal(new Term(1), disk.QueuedLog.TermAt(new LogIndex(7)));
            Pass(5);
            disk.PowerCut();

            Assert.True(disk.TryOpen(out RecoveredLog? recovered, out _));
            Assert.Equal(new Term(1), recovered.HardState.Term);
            survivors.Add(recovered.Entries.Count);
        }

        Assert.Contains(2, survivors);
        Assert.Contains(7, survivors);
        Assert.True(survivors.Min >= 2, "what was synced is gone");
    }

    [Fact]
    public void A_process_that_dies_in_the_middle_of_a_write_leaves_a_beginning_of_it()
    {
        SortedSet<int> survivors = [];
        for (ulong seed = 1; seed <= 200; seed++)
        {
            SimulatedDisk disk = Opened(seed);
            disk.SyncMs = (10, 10);
            disk.Enqueue([Append(1, 1, 9)]);
            disk.Kill();
            Assert.True(disk.TryOpen(out RecoveredLog? recovered, out _));
            survivors.Add(recovered.Entries.Count);
        }

        Assert.True(survivors.Count > 4, $"only {string.Join(',', survivors)} entries ever survived");
    }

    [Fact]
    public void A_truncation_that_is_not_synced_is_not_mistaken_for_the_entries_behind_it()
    {
        SimulatedDisk disk = Opened(1);
        disk.Enqueue([Append(1, 1, 3)]);
        Pass(1_000);

        disk.Enqueue([LogWrite.Truncate(2, new LogIndex(2)), Append(3, 2, 2, term: 5)]);

        Assert.Equal(new Term(1), disk.SyncedLog.TermAt(new LogIndex(2)));
        Assert.Equal(new Term(5), disk.QueuedLog.TermAt(new LogIndex(2)));
        Assert.Null(disk.QueuedLog.TermAt(new LogIndex(3)));
    }

    [Fact]
    public void Nothing_is_reported_before_the_sync_and_a_dead_process_hears_nothing()
    {
        SimulatedDisk disk = Opened(1);
        disk.SyncMs = (10, 20);
        List<ulong> reported = [];
        disk.Synced = reported.Add;

        disk.Enqueue([Append(1, 1, 1)]);
        Pass(9);
        Assert.Empty(reported);
        Pass(12);
        Assert.Equal([1UL], reported);

        disk.Enqueue([Append(2, 2, 2)]);
        disk.Kill();
        Pass(1_000);
        Assert.Equal([1UL], reported);
    }

    [Fact]
    public void A_full_disk_stops_the_process_and_after_space_is_made_nothing_is_lost()
    {
        SimulatedDisk disk = Opened(1);
        string? failure = null;
        disk.Failed = why => failure = why;
        disk.Enqueue([Append(1, 1, 3)]);
        Pass(100);
        disk.Folder.FreeBytes = 0;
        ulong next = 4;
        while (failure is null)
        {
            disk.Enqueue([Append(next, next, next)]);
            next++;
            Pass(100);
            Assert.True(next < 10_000, "the disk never ran out of space");
        }

        Assert.Contains("the disk is full", failure, StringComparison.Ordinal);
        disk.Kill();
        disk.Heal();
        Assert.True(disk.TryOpen(out RecoveredLog? recovered, out _));
        Assert.True(recovered.Entries.Count >= 3);
    }

    [Fact]
    public void A_sync_that_fails_stops_the_process_and_a_power_cut_after_it_costs_nothing_that_was_acknowledged()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            SimulatedDisk disk = Opened(seed);
            string? failure = null;
            disk.Failed = why => failure = why;
            disk.Enqueue([Append(1, 1, 3)]);
            Pass(100);
            disk.Folder.FailsNextSync = true;
            disk.Enqueue([Append(2, 4, 5)]);
            Pass(100);
            Assert.NotNull(failure);
            disk.Kill();
            Assert.True(disk.TryOpen(out RecoveredLog? reopened, out _));
            disk.PowerCut();
            Assert.True(disk.TryOpen(out RecoveredLog? recovered, out _));
            Assert.Equal(reopened.Entries.Count, recovered.Entries.Count);
        }
    }

    [Fact]
    public void A_flipped_bit_is_refused_or_does_no_harm_and_an_exact_copy_brings_everything_back()
    {
        int refused = 0;
        for (ulong seed = 1; seed <= 200; seed++)
        {
            SimulatedDisk disk = Opened(seed);
            disk.Enqueue([Append(1, 1, 40)]);
            Pass(100);
            RandomStream random = new(seed);
            disk.Folder.Files.First().Flip(random.Below(4096 + 2_000), random);
            disk.PowerCut();
            if (!disk.TryOpen(out RecoveredLog? recovered, out string why))
            {
                refused++;
                Assert.Contains("damaged", why, StringComparison.Ordinal);
                disk.Folder.Repair();
                Assert.True(disk.TryOpen(out recovered, out _));
            }

            Assert.Equal(40, recovered.Entries.Count);
        }

        Assert.True(refused > 50, $"only {refused} of 200 flipped bits were seen");
    }

    [Fact]
    public void A_log_that_comes_back_with_less_than_was_synced_breaks_S7()
    {
        SimulatedDisk disk = Opened(1);
        disk.Enqueue([Append(1, 1, 3)]);
        Pass(100);
        disk.Kill();
        disk.Folder.Wipe();

        ViolationException broken = Assert.Throws<ViolationException>(() => disk.TryOpen(out _, out _));
        Assert.Equal("S7", broken.Rule);
    }

    [Fact]
    public void A_read_error_keeps_the_process_from_starting_and_changes_nothing()
    {
        SimulatedDisk disk = Opened(1);
        disk.Enqueue([Append(1, 1, 3)]);
        Pass(100);
        disk.Kill();
        disk.Folder.ReadErrors = 1;
        Assert.False(disk.TryOpen(out _, out string why));
        Assert.Contains("Input/output error", why, StringComparison.Ordinal);

        disk.Folder.ReadErrors = 0;
        Assert.True(disk.TryOpen(out RecoveredLog? recovered, out _));
        Assert.Equal(3, recovered.Entries.Count);
    }

    private SimulatedDisk Opened(ulong seed)
    {
        SimulatedDisk disk = new(_time, new RandomStream(seed), "n1", 8 * 1024);
        Assert.True(disk.TryOpen(out _, out _));
        return disk;
    }

    private void Pass(double milliseconds) => _time.RunUntil(_time.Now + SimTime.Ms(milliseconds));

    private static LogWrite Append(ulong ticket, ulong first, ulong last, ulong term = 1) =>
        LogWrite.Append(ticket, [.. Entries(first, last, term)]);

    private static IEnumerable<LogEntry> Entries(ulong first, ulong last, ulong term)
    {
        for (ulong index = first; index <= last; index++)
        {
            yield return new LogEntry(new LogIndex(index), new Term(term), EntryKind.Command, new byte[] { 1, 2, 3 });
        }
    }
}
