using System.Diagnostics;
using System.Globalization;
using Cluster.Consensus;

namespace Cluster.Storage.Tests;

/// <summary>Real processes on one folder.</summary>
public sealed class ProcessTests
{
    [Fact]
    public void The_second_process_on_a_folder_is_refused_by_the_number_of_the_first_until_that_has_died()
    {
        using var folder = new LogFolder();
        using Process first = TestProgram.Start("hold", folder.Path);
        try
        {
            Assert.Equal("open", first.StandardOutput.ReadLine());
            LogInUseException refusal = Assert.Throws<LogInUseException>(() => folder.Open(out _));
            Assert.Contains($"process {first.Id}", refusal.Message);
            Assert.Contains(folder.Path, refusal.Message);
            using Process second = TestProgram.Start("hold", folder.Path);
            Assert.Equal($"refused: {refusal.Message}", second.StandardOutput.ReadLine());
            Assert.True(second.WaitForExit(30_000));
            Assert.Equal(1, second.ExitCode);
        }
        finally
        {
            first.Kill();
            first.WaitForExit();
        }

        folder.Recover();
    }

    /// <summary>
    /// nats-server #7567: one machine that dies must not forget what it acknowledged, or a majority that it is part of forgets it.
    /// </summary>
    [Fact]
    public void A_process_killed_at_any_moment_finds_everything_that_it_acknowledged()
    {
        using var folder = new LogFolder();
        ulong acknowledged = 0;
        for (int life = 0; life < 5; life++)
        {
            using Process writer = TestProgram.Start("write", folder.Path);
            try
            {
                int lines = 0;
                while (lines++ < 40 * (life + 1))
                {
                    string? line = writer.StandardOutput.ReadLine();
                    Assert.NotNull(line);
                    acknowledged = ulong.Parse(line, CultureInfo.InvariantCulture);
                }
            }
            finally
            {
                writer.Kill();
                acknowledged = LastLine(writer, acknowledged);
                writer.WaitForExit();
            }

            RecoveredLog recovered = folder.Recover();
            ulong last = (recovered.Snapshot?.Meta.Index.Value ?? 0) + (ulong)recovered.Entries.Count(e => e.Index > recovered.Snapshot?.Meta.Index);
            last = recovered.Entries.Count > 0 ? recovered.Entries[^1].Index.Value : last;
            Assert.True(last >= acknowledged, $"life {life}: {acknowledged} was acknowledged, the log ends at {last}");
            Assert.All(recovered.Entries, e => Assert.Equal(BitConverter.GetBytes(e.Index.Value), e.Payload[..8].ToArray()));
        }
    }

    private static ulong LastLine(Process writer, ulong acknowledged)
    {
        // The last line may be cut.
        string[] rest = writer.StandardOutput.ReadToEnd().Split('\n');
        return rest.Length < 2 ? acknowledged : ulong.Parse(rest[^2], CultureInfo.InvariantCulture);
    }
}
