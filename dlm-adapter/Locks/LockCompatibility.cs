namespace Cluster.Locks;

/// <summary>Which modes go together, and which is stronger (the matrix that OpenVMS, Linux and GULM share).</summary>
public static class LockCompatibility
{
    /// <summary>The number of modes.</summary>
    public const int ModeCount = 6;

    // Bit m of entry n: mode n goes together with mode m.
    private static ReadOnlySpan<byte> CompatibleModes =>
    [
        0b111111, // NL: all
        0b011111, // CR: all but EX
        0b000111, // CW: NL CR CW
        0b001011, // PR: NL CR PR
        0b000011, // PW: NL CR
        0b000001, // EX: NL
    ];

    /// <summary>True when two holders may have these modes on one resource at the same time. Symmetric.</summary>
    public static bool AreCompatible(LockMode left, LockMode right) => (CompatibleModes[(int)left] & (1 << (int)right)) != 0;

    /// <summary>True when nobody else can write while this mode is held: PW and EX.</summary>
    public static bool IsExclusive(LockMode mode) => mode >= LockMode.PW;

    /// <summary>
    /// True when <paramref name="stronger"/> excludes everything that <paramref name="weaker"/> excludes. Of PR and CW neither
    /// covers the other.
    /// </summary>
    public static bool Covers(LockMode stronger, LockMode weaker) =>
        (CompatibleModes[(int)stronger] & ~CompatibleModes[(int)weaker]) == 0;

    /// <summary>
    /// What a holder may rely on while a conversion from <paramref name="held"/> to <paramref name="asked"/> is under way: the
    /// weaker of the two, and CR between PR and CW. The master may have granted the conversion, and the freed mode to somebody
    /// else, before the holder hears of it.
    /// </summary>
    public static LockMode WhileConverting(LockMode held, LockMode asked) =>
        Covers(held, asked) ? asked : Covers(asked, held) ? held : LockMode.CR;

    /// <summary>
    /// True for the conversions on which <see cref="LockFlags.QueCvt"/> is legal: up, and PR and CW to each other.
    /// </summary>
    public static bool MayQueueConversion(LockMode from, LockMode to) =>
        from != to && (to > from || (from == LockMode.PR && to == LockMode.CW));

    /// <summary>True for one of the six modes.</summary>
    public static bool IsDefined(LockMode mode) => mode <= LockMode.EX;

    /// <summary>The modes that go together with <paramref name="mode"/>, as a set of bits (bit n: mode n).</summary>
    internal static byte CompatibleSet(LockMode mode) => CompatibleModes[(int)mode];
}
