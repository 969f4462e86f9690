using Cluster.Consensus;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Tests;

public sealed class DiskTests
{
    [Fact]
    public void A_crash_keeps_what_was_synced_and_a_prefix_of_the_rest()
    {
        SortedSet<int> survivors = [];
        for (ulong seed = 1; seed <= 200; seed++)
        {
            World world = new(new SeedPlan(1), Mutant.None, text: false);
            SimulatedDisk disk = new(world, new RandomStream(seed));
            disk.Enqueue([LogWrite.SaveHardState(1, new HardState(new Term(1), new NodeId(2))), Append(2, 1, 2)]);
            world.RunUntil(SimTime.Seconds(1));
            Assert.Equal(2, disk.SyncedEntries.Count);

            disk.Enqueue([Append(3, 3, 4), Append(4, 5, 7)]);
            Assert.Null(disk.SyncedTermAt(new LogIndex(3)));
            Assert.Equal(new Term(1), disk.QueuedTermAt(new LogIndex(7)));
            disk.Crash();

            RecoveredLog recovered = disk.Recover();
            Assert.Equal(new Term(1), recovered.HardState.Term);
            Assert.Equal(Enumerable.Range(1, recovered.Entries.Count).Select(index => (ulong)index), recovered.Entries.Select(entry => entry.Index.Value));
            survivors.Add(recovered.Entries.Count);
        }

        Assert.Equal([2, 3, 4, 5, 6, 7], survivors);
    }

    [Fact]
    public void A_truncation_that_is_not_synced_is_not_mistaken_for_the_entries_behind_it()
    {
        World world = new(new SeedPlan(1), Mutant.None, text: false);
        SimulatedDisk disk = new(world, new RandomStream(1));
        disk.Enqueue([Append(1, 1, 3)]);
        world.RunUntil(SimTime.Seconds(1));

        disk.Enqueue([LogWrite.Truncate(2, new LogIndex(2)), Append(3, 2, 2, term: 5)]);

        Assert.Equal(new Term(1), disk.SyncedTermAt(new LogIndex(2)));
        Assert.Equal(new Term(5), disk.QueuedTermAt(new LogIndex(2)));
        Assert.Null(disk.QueuedTermAt(new LogIndex(3)));
    }

    [Fact]
    public void Nothing_is_reported_before_the_sync_and_a_crashed_process_hears_nothing()
    {
        World world = new(new SeedPlan(1), Mutant.None, text: false);
        SimulatedDisk disk = new(world, new RandomStream(1)) { SyncMs = (10, 20) };
        List<ulong> reported = [];
        disk.Synced = reported.Add;

        disk.Enqueue([Append(1, 1, 1)]);
        world.RunUntil(SimTime.Ms(9));
        Assert.Empty(reported);
        world.RunUntil(SimTime.Ms(21));
        Assert.Equal([1UL], reported);

        disk.Enqueue([Append(2, 2, 2)]);
        disk.Crash();
        world.RunUntil(SimTime.Seconds(1));
        Assert.Equal([1UL], reported);
    }

    private static LogWrite Append(ulong ticket, ulong first, ulong last, ulong term = 1) =>
        LogWrite.Append(ticket, [.. Entries(first, last, term)]);

    private static IEnumerable<LogEntry> Entries(ulong first, ulong last, ulong term)
    {
        for (ulong index = first; index <= last; index++)
        {
            yield return new LogEntry(new LogIndex(index), new Term(term), EntryKind.Command, ReadOnlyMemory<byte>.Empty);
        }
    }
}
