namespace Cluster.Simulation.Power;

/// <summary>How a power switch misbehaves.</summary>
internal enum BmcFault
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>It does not answer.</summary>
    Unreachable,

    /// <summary>It refuses the password.</summary>
    WrongPassword,

    /// <summary>It takes seconds for what takes milliseconds, perhaps longer than the attempt may last.</summary>
    Slow,

    /// <summary>It accepts "off", and the machine stays on.</summary>
    Lying,
}

/// <summary>One power switch of one machine.</summary>
internal sealed class Bmc(int level)
{
    /// <summary>The fencing level that uses it.</summary>
    public int Level { get; } = level;

    public BmcFault Fault { get; set; }
}
