using System.Net;
using System.Net.Sockets;

namespace Cluster.Transport.Tests;

public sealed class FrameConnectionTests
{
    private static readonly CancellationToken Deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    [Fact]
    public async Task Frames_of_all_sizes_arrive_whole_and_in_order()
    {
        (Stream left, Stream right) = await PairAsync();
        await using var sender = new FrameConnection(left, 300_000);
        await using var receiver = new FrameConnection(right, 300_000);
        int[] sizes = [0, 1, 7, 8, 9, 65527, 65528, 65529, 300_000, 3, 0];
        foreach (int size in sizes)
        {
            sender.Buffer(Body(size));
        }

        Task sending = sender.FlushAsync(Deadline).AsTask();
        foreach (int size in sizes)
        {
            ReadOnlyMemory<byte>? body = await receiver.ReadAsync(Deadline);
            Assert.Equal(Body(size), body!.Value.ToArray());
        }

        await sending;
        await sender.DisposeAsync();
        Assert.Null(await receiver.ReadAsync(Deadline));
    }

    [Fact]
    public async Task Frames_arrive_whole_when_they_come_byte_by_byte()
    {
        var whole = new MemoryStream();
        await using var sender = new FrameConnection(whole, 100);
        sender.Buffer(Body(10));
        sender.Buffer(Body(0));
        sender.Buffer(Body(33));
        await sender.FlushAsync(Deadline);
        await using var receiver = new FrameConnection(new DripStream(whole.ToArray()), 100);
        Assert.Equal(Body(10), (await receiver.ReadAsync(Deadline))!.Value.ToArray());
        Assert.Equal(0, (await receiver.ReadAsync(Deadline))!.Value.Length);
        Assert.Equal(Body(33), (await receiver.ReadAsync(Deadline))!.Value.ToArray());
        Assert.Null(await receiver.ReadAsync(Deadline));
    }

    [Fact]
    public async Task Many_frames_leave_in_one_write()
    {
        var stream = new CountingStream();
        await using var sender = new FrameConnection(stream, 100);
        for (int i = 0; i < 50; i++)
        {
            sender.Buffer(Body(20));
        }

        await sender.FlushAsync(Deadline);
        Assert.Equal((1, 50 * 28), (stream.Writes, (int)stream.Length));
    }

    [Fact]
    public async Task A_flipped_bit_in_the_body_or_its_check_is_noticed()
    {
        var whole = new MemoryStream();
        await using var sender = new FrameConnection(whole, 100);
        sender.Buffer(Body(20));
        await sender.FlushAsync(Deadline);
        for (int at = 4; at < whole.Length; at++)
        {
            byte[] bytes = whole.ToArray();
            bytes[at] ^= 4;
            await using var receiver = new FrameConnection(new MemoryStream(bytes), 100);
            FrameException failure = await Assert.ThrowsAsync<FrameException>(async () => await receiver.ReadAsync(Deadline));
            Assert.Contains("failed its check", failure.Message);
        }
    }

    [Fact]
    public async Task Lengths_out_of_bounds_are_refused_on_both_ends_before_memory_is_taken()
    {
        await using var sender = new FrameConnection(new MemoryStream(), 100);
        Assert.Throws<ArgumentException>(() => sender.Buffer(Body(101)));
        foreach (byte[] head in new byte[][] { [101, 0, 0, 0, 0, 0, 0, 0], [255, 255, 255, 255, 0, 0, 0, 0], [0, 0, 0, 128, 0, 0, 0, 0] })
        {
            await using var receiver = new FrameConnection(new MemoryStream(head), 100);
            FrameException failure = await Assert.ThrowsAsync<FrameException>(async () => await receiver.ReadAsync(Deadline));
            Assert.Contains("at most 100", failure.Message);
        }
    }

    [Fact]
    public async Task An_end_within_a_frame_is_not_taken_for_a_clean_one()
    {
        var whole = new MemoryStream();
        await using var sender = new FrameConnection(whole, 100);
        sender.Buffer(Body(20));
        await sender.FlushAsync(Deadline);
        for (int length = 1; length < whole.Length; length++)
        {
            await using var receiver = new FrameConnection(new MemoryStream(whole.ToArray()[..length]), 100);
            await Assert.ThrowsAsync<FrameException>(async () => await receiver.ReadAsync(Deadline));
        }
    }

    private static byte[] Body(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i * 7))];

    private static async Task<(Stream Left, Stream Right)> PairAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Deadline);
        return (client.GetStream(), new NetworkStream(await listener.AcceptSocketAsync(Deadline), ownsSocket: true));
    }

    private sealed class DripStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }

    private sealed class CountingStream : MemoryStream
    {
        public int Writes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
