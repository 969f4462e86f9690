using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>
/// Looks at the folder of a log, offline and without changing or locking anything: also at one that a daemon has open, and at a
/// damaged one. The verdict is that of the code that opens a log; the rest is read as far as it can be.
/// </summary>
public static class WalInspector
{
    /// <summary>A daemon that writes meanwhile can make a look fail that the next one does not see.</summary>
    private const int Looks = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Tells what is in the folder of a log and what is wrong with it.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder holds no log.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static WalReport Inspect(string directory)
    {
        directory = RequireLog(directory);
        for (int look = 1; ; look++)
        {
            int? holder = LockHolder.Of(directory);
            try
            {
                WalReport report = Look(directory, holder);
                if (report.IsSound || look == Looks || (holder is null && LockHolder.Of(directory) is null))
                {
                    return report;
                }
            }
            catch (FileNotFoundException) when (look < Looks)
            {
                // Renamed or deleted meanwhile.
            }

            Thread.Sleep(Pause);
        }
    }

    /// <summary>Reads the records of all segments, in order, going on behind damage.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder holds no log.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static IEnumerable<WalRecord> Read(string directory)
    {
        directory = RequireLog(directory);
        return Records(new ReadOnlyFolder(directory));
    }

    private static IEnumerable<WalRecord> Records(ReadOnlyFolder device)
    {
        List<string> segments = SegmentName.Among(device.List());
        for (int i = 0; i < segments.Count; i++)
        {
            SegmentImage? image = null;
            WalRecord? unreadable = null;
            try
            {
                image = SegmentImage.Load(device, segments[i]);
            }
            catch (CorruptLogException e)
            {
                unreadable = new WalRecord
                {
                    File = e.File,
                    Offset = e.Offset,
                    Bytes = 0,
                    Kind = WalRecordKind.Unreadable,
                    Problem = e.Finding,
                };
            }

            if (unreadable is not null)
            {
                yield return unreadable;
                continue;
            }

            foreach (WalRecord record in new SegmentScan(image!, isLast: i == segments.Count - 1).Records())
            {
                yield return record;
            }
        }
    }

    private static WalReport Look(string directory, int? holder)
    {
        var device = new ReadOnlyFolder(directory);
        IReadOnlyList<string> names = device.List();
        List<string> segmentNames = SegmentName.Among(names);
        var findings = new List<WalFinding>();
        var replay = new LogReplay(device, keepEntries: false);
        try
        {
            if (segmentNames.Count == 0)
            {
                throw new CorruptLogException(device.Describe(SegmentName.Of(1)), 0, "there is a snapshot, but no segment of a log");
            }

            replay.Run(segmentNames);
        }
        catch (CorruptLogException e)
        {
            findings.Add(Damage(e));
        }

        var segments = new List<WalSegment>();
        for (int i = 0; i < segmentNames.Count; i++)
        {
            segments.Add(SegmentSummary.Of(device, segmentNames[i], i == segmentNames.Count - 1, holder is not null, findings));
        }

        LogState? state = replay.HasBegun ? replay.State : null;
        List<WalSnapshot> snapshots = SnapshotSummary.Of(device, names, state?.Snapshot, holder is not null, findings);
        return new WalReport
        {
            Directory = directory,
            InUseBy = holder,
            Segments = segments,
            Snapshots = snapshots,
            HardState = state?.HardState ?? default,
            FirstIndex = new LogIndex(state?.Bounds.KeepFrom ?? 1),
            LastIndex = new LogIndex(state?.Bounds.Last ?? 0),
            Findings = [.. findings.DistinctBy(f => (f.Severity, f.File, f.Offset)).OrderByDescending(f => f.Severity)],
        };
    }

    internal static WalFinding Damage(CorruptLogException e) => new(WalSeverity.Damage, e.File, e.Offset, e.Finding, e.WayOut);

    private static string RequireLog(string directory)
    {
        directory = Path.GetFullPath(directory);
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"there is no folder {directory}");
        }

        // A daemon's data folder holds its log in a folder of its own.
        string inside = Path.Combine(directory, "log");
        foreach (string candidate in new[] { directory, inside })
        {
            if (Directory.Exists(candidate) && HoldsLog(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException(
            $"{directory} holds no log: neither it nor a folder 'log' in it has files named like {SegmentName.Of(1)}. Give a daemon's "
                + "data folder, or the log folder in it");
    }

    private static bool HoldsLog(string directory) => Directory.EnumerateFiles(directory)
        .Select(path => Path.GetFileName(path))
        .Any(name => SegmentName.TryParse(name, out _) || SnapshotName.TryParse(name, out _, out _));
}
