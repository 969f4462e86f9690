namespace Cluster.Locks;

/// <summary>
/// The six modes, in the field's short names (OpenVMS "Programming Concepts", Linux <c>dlmconstants.h</c>), from weakest to
/// strongest. PR and CW stand side by side: neither is stronger than the other, whatever their numbers say.
/// </summary>
public enum LockMode : byte
{
    /// <summary>Null: holds a place, excludes nothing.</summary>
    NL = 0,

    /// <summary>Concurrent read: reads unprotected; excludes EX.</summary>
    CR = 1,

    /// <summary>Concurrent write: writes among other writers; excludes PR, PW and EX.</summary>
    CW = 2,

    /// <summary>Protected read: the classic shared lock; excludes CW, PW and EX.</summary>
    PR = 3,

    /// <summary>Protected write: the only writer, beside CR readers; excludes CW, PR, PW and EX.</summary>
    PW = 4,

    /// <summary>Exclusive: excludes all but NL.</summary>
    EX = 5,
}
