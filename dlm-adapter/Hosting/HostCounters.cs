using Cluster.Locks.Contract;

namespace Cluster.Locks.Hosting;

/// <summary>What the users of one member did. Guarded by the host's gate.</summary>
internal sealed class HostCounters
{
    public long Held { get; set; }

    public long Waiting { get; set; }

    public long Requests { get; set; }

    public long Conversions { get; set; }

    public long Granted { get; set; }

    public long Refused { get; set; }

    public long Notices { get; set; }

    public long MessagesRefused { get; set; }

    public long Recoveries { get; set; }

    /// <summary>A request or conversion has completed.</summary>
    public void Count(bool isGranted, bool isNew)
    {
        Waiting--;
        if (!isGranted)
        {
            Refused++;
            return;
        }

        Granted++;
        if (isNew)
        {
            Held++;
        }
    }

    /// <summary>The space has ended: nothing is held any more.</summary>
    public void Clear()
    {
        Held = 0;
        Waiting = 0;
    }

    public LockSpaceCounters ToStatus(Mastering.LockSpaceCounters core, long refusedByNetwork) => new(
        Held,
        Waiting,
        Requests,
        Conversions,
        Granted,
        Refused,
        Notices,
        core.MessagesSent,
        core.MessagesReceived,
        MessagesRefused + refusedByNetwork,
        Recoveries);
}
