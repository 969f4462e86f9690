namespace Cluster.Locks;

/// <summary>Which flags fit which operation.</summary>
public static class LockFlagRules
{
    private const LockFlags ConversionOnly = LockFlags.QueCvt | LockFlags.ConvDeadlk | LockFlags.NoDlckWt;
    private const LockFlags Known = (LockFlags)0xFF;

    /// <summary>True when <paramref name="flags"/> are legal on a new request for <paramref name="mode"/>.</summary>
    public static bool FitRequest(LockMode mode, LockFlags flags) =>
        LockCompatibility.IsDefined(mode)
        && (flags & ~Known) == 0
        && (flags & ConversionOnly) == 0
        && ((flags & LockFlags.Expedite) == 0 || mode == LockMode.NL);

    /// <summary>True when <paramref name="flags"/> are legal on a conversion.</summary>
    public static bool FitConversion(LockMode from, LockMode to, LockFlags flags) =>
        LockCompatibility.IsDefined(to)
        && (flags & ~Known) == 0
        && (flags & LockFlags.Expedite) == 0
        && ((flags & LockFlags.QueCvt) == 0 || LockCompatibility.MayQueueConversion(from, to));
}
