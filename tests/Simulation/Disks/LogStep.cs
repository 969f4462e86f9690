using Cluster.Consensus;

namespace Cluster.Simulation.Disks;

/// <summary>What one record of a log does.</summary>
internal enum LogStepKind
{
    HardState,
    Truncate,
    Entry,
}

/// <summary>One record of a log: the unit in which a crash may cut it.</summary>
internal readonly record struct LogStep(LogStepKind Kind, HardState HardState, LogIndex From, LogEntry Entry)
{
    /// <summary>The records of one write, in order.</summary>
    public static void Add(List<LogStep> steps, LogWrite write)
    {
        switch (write)
        {
            case LogWrite.SaveHardState save:
                steps.Add(new LogStep(LogStepKind.HardState, save.State, default, default));
                break;
            case LogWrite.Truncate truncate:
                steps.Add(new LogStep(LogStepKind.Truncate, default, truncate.From, default));
                break;
            case LogWrite.Append append:
                foreach (LogEntry entry in append.Entries)
                {
                    steps.Add(new LogStep(LogStepKind.Entry, default, default, entry));
                }

                break;
        }
    }
}
