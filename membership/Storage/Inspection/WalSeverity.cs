namespace Cluster.Storage;

/// <summary>How much a finding matters.</summary>
public enum WalSeverity
{
    /// <summary>Worth knowing; the next start deals with it.</summary>
    Note,

    /// <summary>No crash explains it; the daemon refuses to start with it.</summary>
    Damage,
}
