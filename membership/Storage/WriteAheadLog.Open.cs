using System.Buffers.Binary;
using System.Security.Cryptography;
using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>Opening: read, make durable what was read, then remove what is of no use.</summary>
public sealed partial class WriteAheadLog
{
    /// <summary>Opens the log in a folder, or makes an empty one; all that is recovered is on disk when this returns.</summary>
    /// <param name="options">Where.</param>
    /// <param name="recovered">What the log says, with the snapshot that it stands on; all of it is durable and verified.</param>
    /// <exception cref="LogInUseException">Another log has the folder open.</exception>
    /// <exception cref="CorruptLogException">The log, or the snapshot it stands on, is damaged in a way that no crash
    /// explains.</exception>
    /// <exception cref="LogFailedException">Making the recovered state durable failed.</exception>
    /// <exception cref="IOException">The folder can't be made or read, or has no space for a log.</exception>
    public static WriteAheadLog Open(WriteAheadLogOptions options, out RecoveredLog recovered)
    {
        options.Validate();
        return Open(options, DirectoryDevice.Acquire(options.Directory), out recovered);
    }

    /// <summary>Opens the log on a device, which it then owns.</summary>
    internal static WriteAheadLog Open(WriteAheadLogOptions options, IStorageDevice device, out RecoveredLog recovered)
    {
        IDurableFile? file = null;
        device = new GuardedDevice(device);
        try
        {
            // A name that was made or changed before a crash may be seen now and gone after the next one.
            device.SyncDirectory();
            device.Delete(SegmentName.Next);
            var snapshots = new SnapshotStore(device, givesWay: !options.SingleThreaded);
            var replay = new LogReplay(device, readAhead: !options.SingleThreaded, mutations: options.Mutations);
            replay.Run(FindSegments(options, device));
            LogState state = replay.State;
            Snapshot? snapshot = state.Snapshot is null ? null : snapshots.Load(state.Snapshot);
            file = device.Open(SegmentName.Of(replay.Last.Number));
            Settle(file, replay, options.Mutations);

            // The reference is certainly on disk only now, so only now may what it replaces go.
            snapshots.Reference = state.Snapshot;
            snapshots.RemoveLeftovers();
            var collector = new Collector(device, snapshots, options.SingleThreaded);
            collector.Collect(state.OldestNeeded(replay.Last.Number));
            recovered = new RecoveredLog(state.HardState, snapshot, replay.Entries);
            return new WriteAheadLog(device, new SegmentWriter(device, options, file, replay), snapshots, collector, state);
        }
        catch
        {
            file?.Dispose();
            device.Dispose();
            throw;
        }
    }

    private static List<string> FindSegments(WriteAheadLogOptions options, IStorageDevice device)
    {
        IReadOnlyList<string> names = device.List();
        List<string> segments = SegmentName.Among(names);
        if (segments.Count > 0)
        {
            return segments;
        }

        // A folder whose segments are gone must not be taken for a new one: its votes would be forgotten.
        if (SnapshotName.Among(names) is [string snapshot, ..])
        {
            throw new CorruptLogException(
                device.Describe(SegmentName.Of(1)), 0, $"there is a snapshot ({snapshot}), but no segment of a log");
        }

        MakeFirstSegment(options, device);
        return [SegmentName.Of(1)];
    }

    private static void MakeFirstSegment(WriteAheadLogOptions options, IStorageDevice device)
    {
        Span<byte> random = stackalloc byte[8];
        RandomNumberGenerator.Fill(random);
        using var preparer = new SegmentPreparer(device, options.PrepareTimeout, singleThreaded: true);
        using IDurableFile file = preparer.Take(options.SegmentBytes);
        SegmentWriter.Name(device, file, new SegmentHeader
        {
            Previous = 0,
            Salt = options.Salt ?? BinaryPrimitives.ReadUInt64LittleEndian(random),
            Number = 1,
            FirstSequence = 1,
            NextIndex = 1,
            SegmentBytes = options.SegmentBytes,
            HardState = default,
            Snapshot = null,
        });
    }

    /// <summary>
    /// Makes the end of the last segment what replay read. Unproven records are written again, because a failed sync of an
    /// earlier life may have left them in memory only, marked clean; a torn end becomes zeros before anything is written over it, so
    /// that no remainder of it can ever follow a new record.
    /// </summary>
    private static void Settle(IDurableFile file, LogReplay replay, StorageMutations mutations)
    {
        try
        {
            byte[] image = replay.Image.Bytes;
            int unproven = replay.UnprovenFrom;
            if ((mutations & StorageMutations.EndNotSettled) == 0)
            {
                file.Write(unproven, image.AsSpan(unproven, replay.End - unproven));
            }

            SegmentPreparer.Zero(file, replay.End, replay.Image.Used);
            SegmentPreparer.Zero(file, Math.Max(file.Length, replay.End), image.Length);
            file.Sync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LogFailedException("writing the end of the log anew at start", e);
        }
    }
}
