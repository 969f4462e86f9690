using System.Runtime.CompilerServices;

namespace Cluster.Simulation.Worlds;

/// <summary>
/// What happened, as a running 64-bit hash (always) and as readable lines (as many as asked for: text costs more than the simulation).
/// Two runs of one seed must end with the same hash.
/// </summary>
internal sealed class Trace(int capacity)
{
    private readonly Queue<string> _lines = new();

    /// <summary>FNV-1a over 64-bit words.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325UL;

    public bool HasText => capacity > 0;

    public long Now { get; set; }

    public long Step { get; set; }

    /// <summary>The newest lines, oldest first.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public void Mix(ulong word)
    {
        ulong hash = (Hash ^ word) * 0x100000001B3UL;
        Hash = hash ^ (hash >> 29);
    }

    public void Mix(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            Hash = (Hash ^ b) * 0x100000001B3UL;
        }
    }

    /// <summary>Adds a line; the text is made only when it is kept.</summary>
    public void Line(uint node, [InterpolatedStringHandlerArgument("")] ref LineHandler line)
    {
        if (HasText)
        {
            Keep(node, line.Text());
        }
    }

    private void Keep(uint node, string what)
    {
        if (_lines.Count == capacity)
        {
            _lines.Dequeue();
        }

        _lines.Enqueue($"{SimTime.Text(Now)} #{Step,-6} {(node == 0 ? "world" : $"n{node}"),-5} {what}");
    }

    /// <summary>Builds the text of a line, or nothing at all when no text is kept.</summary>
    [InterpolatedStringHandler]
    internal ref struct LineHandler
    {
        private DefaultInterpolatedStringHandler _inner;
        private readonly bool _enabled;

        public LineHandler(int literalLength, int formattedCount, Trace trace, out bool enabled)
        {
            _enabled = enabled = trace.HasText;
            _inner = enabled
                ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture)
                : default;
        }

        public void AppendLiteral(string value) => _inner.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

        public void AppendFormatted<T>(T value, string? format) => _inner.AppendFormatted(value, format);

        public string Text() => _enabled ? _inner.ToStringAndClear() : "";
    }
}
