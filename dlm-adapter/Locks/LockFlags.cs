namespace Cluster.Locks;

/// <summary>How a request or a conversion is to be treated. The words are those of the Linux and OpenVMS lock managers.</summary>
[Flags]
public enum LockFlags : ushort
{
    /// <summary>Wait in order until granted.</summary>
    None = 0,

    /// <summary>Fail with <see cref="LockStatus.Again"/> rather than wait; holders in the way get no blocking notice.</summary>
    NoQueue = 1 << 0,

    /// <summary>With <see cref="NoQueue"/>: tell the holders in the way all the same.</summary>
    NoQueueBast = 1 << 1,

    /// <summary>
    /// Conversions only: go behind conversions that already wait. Legal only upwards: NL to anything, CR to CW or more, CW and PR
    /// to each other or more, PW to EX.
    /// </summary>
    QueCvt = 1 << 2,

    /// <summary>New NL requests only: granted at once, whatever waits.</summary>
    Expedite = 1 << 3,

    /// <summary>Not held to the order of its queue: granted as soon as it is compatible.</summary>
    NoOrder = 1 << 4,

    /// <summary>When it has to wait: at the head of its queue.</summary>
    HeadQue = 1 << 5,

    /// <summary>
    /// Conversions only: instead of failing with <see cref="LockStatus.Deadlock"/>, give up the granted mode (it becomes NL, the
    /// completion says <see cref="LockCompletion.Demoted"/>) and wait. Whoever sets it must not rely on the granted mode from
    /// this call on.
    /// </summary>
    ConvDeadlk = 1 << 6,

    /// <summary>Conversions only: queued even when that is a conversion deadlock; the caller breaks it.</summary>
    NoDlckWt = 1 << 7,
}
