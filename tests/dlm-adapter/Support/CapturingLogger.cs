using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.Tests.Support;

/// <summary>Keeps what was logged, for tests that wait on it or print it.</summary>
public sealed class CapturingLogger : ILogger
{
    private readonly ConcurrentQueue<(EventId Event, LogLevel Level, string Text)> _entries = new();

    public int Count(int eventId) => _entries.Count(e => e.Event.Id == eventId);

    /// <summary>What must not happen in a test that provokes no failure.</summary>
    public IReadOnlyList<string> Errors => [.. _entries.Where(e => e.Level >= LogLevel.Error).Select(e => e.Text)];

    public override string ToString() => string.Join(Environment.NewLine, _entries.Select(e => $"{e.Event.Id} {e.Text}"));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((eventId, logLevel, $"{formatter(state, exception)}{(exception is null ? "" : $" | {exception}")}"));
}
