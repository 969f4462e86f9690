using Cluster.Consensus.Tests.Support;

namespace Cluster.Consensus.Tests.Network;

/// <summary>One machine: a voter, its disk, and a clock with a rate and an origin of its own.</summary>
internal sealed class SimulatedVoter(RaftOptions options, double clockRate)
{
    private long _clockOrigin;
    private bool _isFresh;

    public NodeId Id => options.Self;

    public MemoryDisk Disk { get; private set; } = new();

    public RaftNode? Node { get; private set; }

    /// <summary>Counts process lives: what belongs to an earlier one is dropped.</summary>
    public int Life { get; private set; }

    /// <summary>The log as the process holds it, durable or not; what a snapshot replaced is as it was committed.</summary>
    public List<LogEntry> Memory { get; } = [];

    /// <summary>The last entry told as committed in this life.</summary>
    public ulong Committed { get; set; }

    public LogRole Role { get; set; }

    /// <summary>True time until which the process hears nothing and does nothing.</summary>
    public long PausedUntil { get; set; }

    public bool IsSyncing { get; set; }

    /// <summary>True time until which this voter, as a leader, has ever told that nobody else leads.</summary>
    public long ConfirmedUntil { get; private set; } = long.MinValue;

    public MonotonicTime Local(long trueTime) => new(_clockOrigin + (long)(trueTime * clockRate));

    public void Start(long trueTime, long clockOrigin, SafetyChecker checker)
    {
        _clockOrigin = clockOrigin;
        Life++;
        Committed = 0;
        Role = LogRole.Follower;
        IsSyncing = false;
        Memory.Clear();
        Memory.AddRange(checker.CommittedThrough(Disk.Before));
        Memory.AddRange(Disk.Entries);
        Node = new RaftNode(_isFresh ? options with { Voters = [] } : options, Disk.Recovered, Local(trueTime));
    }

    /// <summary>The machine comes back with an empty disk, to be added anew.</summary>
    public void Wipe()
    {
        Disk = new MemoryDisk();
        _isFresh = true;
    }

    public void Crash(int survivingWrites)
    {
        Disk.Sync(survivingWrites);
        Disk.Crash();
        Node = null;
        Life++;
    }

    public void Remember(LogWrite write, SafetyChecker checker)
    {
        switch (write.Kind)
        {
            case LogWriteKind.Truncate:
                Memory.RemoveRange((int)write.From.Value - 1, Memory.Count - ((int)write.From.Value - 1));
                break;
            case LogWriteKind.Append:
                Memory.AddRange(write.Entries);
                break;
            case LogWriteKind.UseSnapshot when write.ReplacesLog:
                Memory.Clear();
                Memory.AddRange(checker.CommittedThrough(write.Snapshot!.Index));
                break;
        }
    }

    public void NoteConfirmation(in ReplicatedLogStatus status)
    {
        if (status.IsLeader)
        {
            long trueTime = (long)((status.ConfirmedUntil.Nanoseconds - _clockOrigin) / clockRate);
            ConfirmedUntil = Math.Max(ConfirmedUntil, trueTime);
        }
    }
}
