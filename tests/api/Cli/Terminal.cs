using System.Text;

namespace Cluster.Api.Cli.Tests;

/// <summary>Runs the command line as a user or a script would, and keeps what it wrote.</summary>
internal sealed class Terminal(string endpoint)
{
    private readonly Sink _out = new();
    private readonly Sink _error = new();

    public string Out => _out.Text;

    public string Error => _error.Text;

    public bool Interactive { get; init; }

    public bool Colours { get; init; }

    public string Input { get; init; } = "";

    public int Width { get; init; } = 240;

    public Task<int> RunAsync(params string[] args) => CommandLine
        .RunAsync(args, new CliConsole(
            _out.Writer(),
            _error.Writer(),
            new StringReader(Input),
            Interactive,
            Colours,
            Width,
            name => name == "CLUSTER_ENDPOINT" ? endpoint : null))
        .WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>What was written so far may be read while more is written.</summary>
    private sealed class Sink
    {
        private readonly StringBuilder _text = new();

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        public LockedWriter Writer() => new LockedWriter(_text);
    }

    private sealed class LockedWriter(StringBuilder text) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (text)
            {
                text.Append(value);
            }
        }

        public override void Write(string? value)
        {
            lock (text)
            {
                text.Append(value);
            }
        }
    }
}
