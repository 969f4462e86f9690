namespace Cluster.Runtime.Tests.Parts;

public sealed class ChangeNotifierTests
{
    [Fact]
    public async Task Whoever_waits_learns_of_the_next_change_and_not_of_one_before()
    {
        var notifier = new ChangeNotifier();
        notifier.Raise();
        Task next = notifier.Next;
        await Task.Delay(20);
        Assert.False(next.IsCompleted);
        notifier.Raise();
        await Eventually.Ends(next, "the change");
        Assert.False(notifier.Next.IsCompleted);
    }

    [Fact]
    public async Task Nobody_who_looks_after_he_began_to_wait_misses_a_change()
    {
        const int Changes = 100_000;
        var notifier = new ChangeNotifier();
        int value = 0;
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                Task next = notifier.Next;
                if (Volatile.Read(ref value) == Changes)
                {
                    return;
                }

                await next;
            }
        }))];
        for (int i = 1; i <= Changes; i++)
        {
            Volatile.Write(ref value, i);
            notifier.Raise();
        }

        await Eventually.Ends(Task.WhenAll(waiting), "everybody seeing the last change");
    }
}
