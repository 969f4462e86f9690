namespace Cluster.Consensus.Tests.Snapshots;

public class IncomingSnapshotTests
{
    private static readonly byte[] s_state = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    [Fact]
    public void Chunks_in_order_make_the_state()
    {
        IncomingSnapshot incoming = Begin();
        for (int i = 0; i < 1000; i += 300)
        {
            Assert.Equal(ChunkVerdict.Taken, Give(incoming, i, Math.Min(300, 1000 - i)));
        }

        Assert.True(incoming.IsSound);
        Assert.Equal(s_state, incoming.State.ToArray());
    }

    [Fact]
    public void A_repeated_chunk_changes_nothing()
    {
        IncomingSnapshot incoming = Begin();
        Give(incoming, 0, 500);

        Assert.Equal(ChunkVerdict.Known, Give(incoming, 0, 500));
        Assert.Equal(ChunkVerdict.Known, Give(incoming, 100, 50));
        Assert.Equal(500, incoming.Received);
    }

    [Fact]
    public void A_chunk_after_a_gap_is_dropped()
    {
        IncomingSnapshot incoming = Begin();

        Assert.Equal(ChunkVerdict.Gap, Give(incoming, 1, 500));
        Assert.Equal(0, incoming.Received);
    }

    [Fact]
    public void Of_a_chunk_that_overlaps_only_what_is_new_is_taken()
    {
        IncomingSnapshot incoming = Begin();
        Give(incoming, 0, 700);

        Assert.Equal(ChunkVerdict.Taken, Give(incoming, 512, 488));
        Assert.True(incoming.IsSound);
        Assert.Equal(s_state, incoming.State.ToArray());
    }

    [Fact]
    public void A_chunk_with_a_wrong_checksum_is_dropped()
    {
        IncomingSnapshot incoming = Begin();

        Assert.Equal(ChunkVerdict.Damaged, incoming.Accept(0, s_state.AsSpan(0, 500), checksum: 1, ignoresChecksum: false));
        Assert.Equal(0, incoming.Received);
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(995, 10)]
    [InlineData(1001, 0)]
    [InlineData(long.MaxValue, 10)]
    public void A_chunk_that_does_not_belong_in_the_snapshot_is_dropped(long offset, int length)
    {
        IncomingSnapshot incoming = Begin();
        byte[] data = new byte[length];

        Assert.Equal(ChunkVerdict.Damaged, incoming.Accept(offset, data, Checksum.Of(data), ignoresChecksum: false));
    }

    [Fact]
    public void A_state_that_is_not_the_announced_one_is_complete_but_not_sound()
    {
        var meta = new SnapshotMeta(new LogIndex(5), new Term(1), ClusterConfiguration.Empty, 1000, Checksum: 77);
        var incoming = new IncomingSnapshot(meta);
        Give(incoming, 0, 1000);

        Assert.True(incoming.IsComplete);
        Assert.False(incoming.IsSound);
    }

    [Fact]
    public void An_empty_state_is_complete_at_once()
    {
        var incoming = new IncomingSnapshot(new SnapshotMeta(new LogIndex(5), new Term(1), ClusterConfiguration.Empty, 0, 0));

        Assert.True(incoming.IsSound);
    }

    [Fact]
    public void The_checksum_is_CRC_32C()
    {
        // The check value of the Castagnoli polynomial for "123456789" (RFC 3720 gives the polynomial; any CRC catalogue the value).
        Assert.Equal(0xE3069283u, Checksum.Of("123456789"u8));
        Assert.Equal(0xE3069283u, Checksum.Of("6789"u8, Checksum.Of("12345"u8)));
    }

    private static IncomingSnapshot Begin() => new(
        new SnapshotMeta(new LogIndex(5), new Term(1), ClusterConfiguration.Empty, s_state.Length, Checksum.Of(s_state)));

    private static ChunkVerdict Give(IncomingSnapshot incoming, int offset, int length)
    {
        ReadOnlySpan<byte> data = s_state.AsSpan(offset, length);
        return incoming.Accept(offset, data, Checksum.Of(data), ignoresChecksum: false);
    }
}
