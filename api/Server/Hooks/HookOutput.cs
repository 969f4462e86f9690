using System.Text;

namespace Cluster.Api.Server.Hooks;

/// <summary>The output of one run, line by line; only the first lines are kept, all of it is read, so that a hook that talks much is not held up.</summary>
/// <param name="maxLines">How many lines are kept.</param>
internal sealed class HookOutput(int maxLines)
{
    private const int LongestLine = 500;

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private bool _closed;

    /// <summary>The lines that are kept.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>How many more there were.</summary>
    public int Dropped { get; private set; }

    /// <summary>Takes no more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(StreamReader reader)
    {
        char[] buffer = new char[1024];
        var line = new StringBuilder();
        try
        {
            int got;
            while ((got = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                foreach (char each in buffer.AsSpan(0, got))
                {
                    if (each == '\n')
                    {
                        Add(line);
                    }
                    else if (line.Length < LongestLine)
                    {
                        line.Append(char.IsControl(each) ? ' ' : each); // a log line stays one line, whatever a hook writes
                    }
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed: the run is over.
        }

        if (line.Length > 0)
        {
            Add(line);
        }
    }

    private void Add(StringBuilder line)
    {
        lock (_gate)
        {
            if (_closed || _lines.Count >= maxLines)
            {
                Dropped++;
            }
            else
            {
                _lines.Add(line.ToString());
            }
        }

        line.Clear();
    }
}
