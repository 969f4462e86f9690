namespace Cluster.Storage.Format;

/// <summary>
/// Decides whether the first bad record of the last segment is the trace of a write that a crash interrupted (to be cut) or
/// damage to what was safe (to be refused).
/// <para>
/// What a crash can leave. Until a sync returns, each 512-byte sector of what was written may be on disk or not, in any
/// combination; one that is not still holds the zeros of the empty segment. A process that dies in the middle of a write may
/// leave any
/// prefix of it. Whole records behind a hole are therefore no sign of damage in themselves.
/// </para>
/// <para>
/// The rule. The record is torn when both hold: (a) zeros explain it: within its extent the part in some sector is all zero, or
/// its
/// last byte is (the extent is that of the header alone when the header is not whole; neither end of a header or record is ever
/// zero as
/// written); (b) no whole header behind it proves that this record was on disk before that header was written
/// (<see cref="RecordHeader.Proven"/>).
/// </para>
/// <para>
/// Why it is sound. A torn record always satisfies (a), by the description above, and (b), because what was never synced is never
/// claimed to be; so a torn tail is never refused (etcd #5230). Damage to a record behind which the log went on after a
/// sync fails (b); flipped bits in the very last records fail (a). What remains unseen: in the last batch before a power
/// cut, a sector that the disk reported as written and lost, and flipped bits in a record whose payload has 512 aligned zero
/// bytes. Both look
/// exactly like a torn write, to any log that keeps its truth in one place. A clean close writes a mark that closes even this
/// gap.
/// </para>
/// </summary>
internal static class TornTail
{
    private const int SectorBytes = 512;

    /// <summary>Throws unless the bad record at <paramref name="offset"/> is torn.</summary>
    /// <param name="image">The whole segment.</param>
    /// <param name="offset">Where the bad record begins.</param>
    /// <param name="salt">The record salt of the log.</param>
    /// <param name="sequence">The number of the record that should stand there.</param>
    /// <param name="file">The segment, for the message.</param>
    /// <exception cref="CorruptLogException">No crash explains what stands there.</exception>
    public static void Require(ReadOnlySpan<byte> image, int offset, uint salt, ulong sequence, string file)
    {
        int extent = RecordHeader.Bytes;
        if (RecordHeader.TryRead(image[offset..], salt, out RecordHeader header))
        {
            if (header.RecordBytes > image.Length - offset)
            {
                throw new CorruptLogException(file, offset, $"record {header.Sequence} reaches beyond the segment");
            }

            if (header.BodyIsWhole(image[offset..]))
            {
                throw new CorruptLogException(
                    file, offset, $"record {header.Sequence} is whole but does not follow record {sequence - 1}");
            }

            extent = header.RecordBytes;
        }

        extent = Math.Min(extent, image.Length - offset);
        if (image[offset + extent - 1] != 0 && !HasZeroSector(image, offset, extent))
        {
            throw new CorruptLogException(
                file, offset, $"record {sequence} fails its check, and no interrupted write explains it");
        }

        for (int at = offset + RecordHeader.Alignment; at + RecordHeader.Bytes <= image.Length; at += RecordHeader.Alignment)
        {
            if (RecordHeader.TryRead(image[at..], salt, out RecordHeader later) && later.Proven >= sequence)
            {
                throw new CorruptLogException(
                    file,
                    offset,
                    $"record {sequence} is lost, but record {later.Sequence} at byte {at} proves that it was on disk");
            }
        }
    }

    private static bool HasZeroSector(ReadOnlySpan<byte> image, int offset, int extent)
    {
        for (int from = offset; from < offset + extent;)
        {
            int to = Math.Min((from / SectorBytes * SectorBytes) + SectorBytes, offset + extent);
            if (!image[from..to].ContainsAnyExcept((byte)0))
            {
                return true;
            }

            from = to;
        }

        return false;
    }
}
