namespace Cluster.Api.Cli;

/// <summary>What the program ends with. Scripts depend on it.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The cluster refused, or an awaited operation did not succeed.</summary>
    public const int Refused = 1;

    /// <summary>Wrong usage, or a question was not answered as it must be.</summary>
    public const int Usage = 2;

    /// <summary>The daemon can't be reached, or what answers is none.</summary>
    public const int Unreachable = 3;

    /// <summary><c>status</c>: the cluster is not healthy.</summary>
    public const int NotHealthy = 4;
}
