using Cluster.Consensus;

namespace Cluster.Simulation.Disks;

/// <summary>One record of a log: the unit in which a crash may cut it.</summary>
/// <param name="Write">What it does; of an append, only this entry.</param>
/// <param name="Entry">The entry of an append.</param>
internal readonly record struct LogStep(LogWrite Write, LogEntry Entry)
{
    /// <summary>The records of one write, in order.</summary>
    public static void Add(List<LogStep> steps, in LogWrite write)
    {
        if (write.Kind != LogWriteKind.Append)
        {
            steps.Add(new LogStep(write, default));
            return;
        }

        foreach (LogEntry entry in write.Entries)
        {
            steps.Add(new LogStep(write, entry));
        }
    }
}
