using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>Verifies the snapshot files beside a log.</summary>
internal static class SnapshotSummary
{
    /// <summary>Reads them all; what is wrong is added to <paramref name="findings"/>.</summary>
    /// <param name="device">The folder.</param>
    /// <param name="names">The files in it.</param>
    /// <param name="reference">What the log stands on, as far as it can be trusted.</param>
    /// <param name="inUse">True when a daemon may be saving one.</param>
    /// <param name="findings">Takes what is found.</param>
    public static List<WalSnapshot> Of(
        IStorageDevice device, IReadOnlyList<string> names, SnapshotReference? reference, bool inUse, List<WalFinding> findings)
    {
        // Behind damage there may be a later reference.
        bool isKnown = findings.All(finding => finding.Severity != WalSeverity.Damage);
        List<WalSnapshot> snapshots = [];
        foreach (string name in SnapshotName.Among(names))
        {
            bool referenced = name == reference?.FileName;
            snapshots.Add(Look(device, name, referenced ? reference : null, findings));
            if (!referenced && isKnown)
            {
                findings.Add(Leftover(device, name, inUse));
            }
        }

        if (reference is not null && isKnown && !names.Contains(reference.FileName))
        {
            findings.Add(WalInspector.Damage(
                new CorruptLogException(device.Describe(reference.FileName), 0, "the snapshot file is missing")));
        }

        if (names.Contains(SnapshotName.Next))
        {
            findings.Add(Leftover(device, SnapshotName.Next, inUse));
        }

        return snapshots;
    }

    private static WalSnapshot Look(IStorageDevice device, string name, SnapshotReference? reference, List<WalFinding> findings)
    {
        string path = device.Describe(name);
        using IDurableFile file = device.Open(name);
        SnapshotMeta? meta = null;
        try
        {
            meta = SnapshotFile.ReadHead(file, path, out _, out _);
            _ = SnapshotFile.Read(file, path);
            if (reference is not null && !reference.Means(meta))
            {
                throw new CorruptLogException(path, 0, "this is not the snapshot that the log references: its checks differ");
            }

            return new WalSnapshot(path, file.Length, reference is not null, meta, IsSound: true);
        }
        catch (CorruptLogException e)
        {
            findings.Add(reference is not null
                ? WalInspector.Damage(e)
                : new WalFinding(WalSeverity.Note, path, e.Offset, e.Finding, "Nothing: the log does not stand on it"));
            return new WalSnapshot(path, file.Length, reference is not null, meta, IsSound: false);
        }
    }

    private static WalFinding Leftover(IStorageDevice device, string name, bool inUse) => new(
        WalSeverity.Note,
        device.Describe(name),
        0,
        inUse ? "the log does not stand on this file: it is being saved or deleted" : "the log does not stand on this file: a crash left it",
        inUse ? "Nothing" : "Nothing: the next start removes it");
}
