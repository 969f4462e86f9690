namespace Cluster.Storage;

/// <summary>
/// The log on disk holds something that no crash can explain. It was left untouched. Going on would mean to forget entries or
/// votes that others count on, so the node must not start with it.
/// </summary>
public sealed class CorruptLogException : IOException
{
    private const string DamageWayOut = "Keep the folder and check the disk. "
        + "An exact copy from after this node's last stop may take its place; an older one forgets votes and is as bad as "
        + "none. Else remove the node from the cluster and let it join again as a new member with an empty folder";

    /// <summary>Names the place and the finding; the message adds what to do.</summary>
    public CorruptLogException(string file, long offset, string finding)
        : base($"the log is damaged: {file} at byte {offset}: {finding}. Nothing was changed; 'clusterctl wal check' on the folder "
            + $"shows what else is in it. {DamageWayOut}")
    {
        File = file;
        Offset = offset;
        Finding = finding;
        WayOut = DamageWayOut;
    }

    private CorruptLogException(string file, string finding, string wayOut)
        : base($"the log can't be read: {file}: {finding}. Nothing was changed. {wayOut}")
    {
        File = file;
        Finding = finding;
        WayOut = wayOut;
    }

    /// <summary>A file of a format version that this program does not know.</summary>
    internal static CorruptLogException UnknownVersion(string file, uint version, string known) => new(
        file,
        $"the file has format version {version}; this program reads {known}",
        "Start the version of the program that wrote it last. If none that ever ran here knows that version, the file is damaged: "
            + char.ToLowerInvariant(DamageWayOut[0]) + DamageWayOut[1..]);

    /// <summary>The damaged or missing file.</summary>
    public string File { get; }

    /// <summary>Where in the file the first damaged or missing record or part begins, in bytes.</summary>
    public long Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string Finding { get; }

    /// <summary>What to do.</summary>
    public string WayOut { get; }
}
