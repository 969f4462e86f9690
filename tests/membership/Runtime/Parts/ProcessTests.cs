using System.Diagnostics;
using Cluster.Client.Processes;
using Cluster.Membership;
using Cluster.Runtime.Processes;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests.Parts;

public sealed class ProcessTests
{
    [Fact]
    public void This_process_is_seen_and_runs()
    {
        ProcessIdentity own = Assert.NotNull(ProcessIdentity.Of(Environment.ProcessId));

        Assert.False(own.HasEnded());
        Assert.True(own.StartTicks > 0);
    }

    [Fact]
    public void A_number_that_another_process_has_now_does_not_count_as_running()
    {
        ProcessIdentity own = Assert.NotNull(ProcessIdentity.Of(Environment.ProcessId));

        Assert.True((own with { StartTicks = own.StartTicks - 1 }).HasEnded());
    }

    [Fact]
    public async Task A_process_that_is_dead_but_not_collected_has_ended()
    {
        // By the time the shell's child dies, the shell has become a program that never collects it.
        using Process parent = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sh -c 'sleep 0.5; kill -9 $$' & echo $!; exec sleep 60"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            int child = int.Parse((await parent.StandardOutput.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
            await Eventually.Holds(() => ProcessIdentity.Of(child) is null, "the child to be seen as dead");
            Assert.True(Directory.Exists($"/proc/{child}"));
        }
        finally
        {
            parent.Kill();
        }
    }

    [Fact]
    public async Task The_prover_answers_when_the_process_has_ended_and_not_before()
    {
        using Process process = Process.Start("sleep", "60");
        ProcessIdentity identity = Assert.NotNull(ProcessIdentity.Of(process.Id));
        var answered = new TaskCompletionSource<MemberId>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var prover = new ExitProver(member => answered.SetResult(member), new TestLog());

        prover.Ask(new ExitQuestion(new MemberId(7), identity.Id, identity.StartTicks));
        prover.Ask(new ExitQuestion(new MemberId(7), identity.Id, identity.StartTicks));
        await Task.Delay(60);
        Assert.False(answered.Task.IsCompleted);

        process.Kill();
        Assert.Equal(new MemberId(7), await Eventually.Ends(answered.Task, "the answer"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_word_of_the_process_itself_is_enough_whenever_it_comes(bool beforeTheQuestion)
    {
        ProcessIdentity own = Assert.NotNull(ProcessIdentity.Of(Environment.ProcessId));
        var answered = new TaskCompletionSource<MemberId>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var prover = new ExitProver(member => answered.SetResult(member), new TestLog());

        if (beforeTheQuestion)
        {
            prover.Declare(new MemberId(7), own);
        }

        prover.Ask(new ExitQuestion(new MemberId(7), own.Id, own.StartTicks));
        prover.Declare(new MemberId(7), own);

        Assert.Equal(new MemberId(7), await Eventually.Ends(answered.Task, "the answer"));
    }

    [Fact]
    public async Task The_word_of_another_process_is_not()
    {
        ProcessIdentity own = Assert.NotNull(ProcessIdentity.Of(Environment.ProcessId));
        bool answered = false;
        var prover = new ExitProver(_ => answered = true, new TestLog());
        prover.Declare(new MemberId(7), own with { StartTicks = 1 });
        prover.Ask(new ExitQuestion(new MemberId(7), own.Id, own.StartTicks));
        prover.Declare(new MemberId(7), own with { StartTicks = 1 });

        await prover.DisposeAsync();

        Assert.False(answered);
    }
}
