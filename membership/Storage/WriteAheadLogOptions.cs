namespace Cluster.Storage;

/// <summary>Where a <see cref="WriteAheadLog"/> lives and how it is laid out.</summary>
public sealed record WriteAheadLogOptions
{
    /// <summary>The smallest segment that is accepted: the header page and one page of records.</summary>
    public const int MinSegmentBytes = 8 * 1024;

    /// <summary>The greatest segment that is accepted.</summary>
    public const int MaxSegmentBytes = 1024 * 1024 * 1024;

    /// <summary>The greatest payload of one record, in bytes.</summary>
    public const int MaxPayloadBytes = 256 * 1024 * 1024;

    /// <summary>The folder; made when missing. It belongs to one log and one process at a time.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// The size of a new segment, a multiple of 4096. It is written with zeros before use, so that a sync of records has no
    /// metadata to write. A single record that is larger gets a segment of its own size.
    /// </summary>
    public int SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long a roll-over waits for the next segment to be ready before the log fails (a disk that hangs).</summary>
    public TimeSpan PrepareTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Fixes the number that tells this log's records from another's; random when null.</summary>
    internal ulong? Salt { get; init; }

    /// <summary>True when nothing may be done on other threads, so that a simulated disk sees the same steps in every run.</summary>
    internal bool SingleThreaded { get; init; }

    /// <summary>Promises to break, for the simulator's canaries only.</summary>
    internal StorageMutations Mutations { get; init; }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Directory);
        if (SegmentBytes is < MinSegmentBytes or > MaxSegmentBytes || SegmentBytes % 4096 != 0)
        {
            throw new ArgumentException(
                $"a segment of {SegmentBytes} bytes was asked for; give a multiple of 4096 from {MinSegmentBytes} to "
                    + $"{MaxSegmentBytes}",
                nameof(SegmentBytes));
        }
    }
}
