using Cluster.Client.Protocol;

namespace Cluster.Client.Tests;

public sealed class MemberFramesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1 << 20)]
    public async Task Messages_come_back_whatever_the_pieces_they_arrive_in(int piece)
    {
        ServerMessage[] sent = [.. Enumerable.Range(0, 60).Select(
            size => new ServerMessage { Refused = new Refused { Detail = new string('x', size * size) } })];
        byte[] bytes = [.. sent.SelectMany(MemberFrames.Encode)];
        var frames = new MemberFrames(new PieceStream(bytes, piece), MemberFrames.MaxServerBytes);
        var blocking = new MemberFrames(new PieceStream(bytes, piece), MemberFrames.MaxServerBytes);

        foreach (ServerMessage message in sent)
        {
            Assert.Equal(message, ServerMessage.Parser.ParseFrom((await frames.ReadAsync(CancellationToken.None))!.Value.Span));
            Assert.Equal(message, ServerMessage.Parser.ParseFrom(blocking.Read()!.Value.Span));
        }

        Assert.Null(await frames.ReadAsync(CancellationToken.None));
        Assert.Null(blocking.Read());
    }

    [Fact]
    public void A_message_longer_than_allowed_is_refused_before_it_is_read()
    {
        byte[] frame = MemberFrames.Encode(new ServerMessage { Refused = new Refused { Detail = new string('x', 100) } });

        Assert.Throws<InvalidDataException>(() => new MemberFrames(new MemoryStream(frame), maxBytes: 50).Read());
        Assert.Throws<InvalidDataException>(() => new MemberFrames(new MemoryStream([0, 0, 0, 128]), maxBytes: 50).Read());
    }

    [Fact]
    public void An_end_within_a_message_is_no_end()
    {
        byte[] frame = MemberFrames.Encode(new ServerMessage { Ended = new Ended { Reason = "x" } });

        Assert.Throws<InvalidDataException>(() => new MemberFrames(new MemoryStream(frame[..^1]), maxBytes: 50).Read());
    }

    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(piece, buffer.Length)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
