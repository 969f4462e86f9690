namespace Cluster.Consensus;

/// <summary>What a <see cref="LogWrite"/> does.</summary>
public enum LogWriteKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Remembers term, vote and intent.</summary>
    SaveHardState,

    /// <summary>Forgets the newest entries.</summary>
    Truncate,

    /// <summary>Appends entries.</summary>
    Append,

    /// <summary>Refers to a saved snapshot, after which the entries it covers may be dropped.</summary>
    UseSnapshot,
}
