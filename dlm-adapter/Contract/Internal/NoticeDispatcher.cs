using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.Contract;

/// <summary>Calls the users' blocking callbacks one after the other, away from every lock of the managers.</summary>
internal sealed partial class NoticeDispatcher : IAsyncDisposable
{
    private readonly Channel<Notice> _notices =
        Channel.CreateUnbounded<Notice>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ILogger _logger;
    private readonly Task _loop;
    private readonly AsyncLocal<bool> _onLoop = new();

    public NoticeDispatcher(ILogger logger)
    {
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    public void Post(HeldLock held, LockMode mode, Action<HeldLock, LockMode> callback) =>
        _notices.Writer.TryWrite(new Notice(held, mode, callback));

    /// <summary>Ends when no callback runs any more; called from inside a callback it does not wait for that one.</summary>
    public async ValueTask DisposeAsync()
    {
        _notices.Writer.TryComplete();
        if (!_onLoop.Value)
        {
            await _loop.ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        _onLoop.Value = true;
        await foreach (Notice notice in _notices.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                notice.Callback(notice.Lock, notice.Mode);
            }
            catch (Exception e)
            {
                LogCallbackFailed(e, notice.Lock.Resource, notice.Mode);
            }
        }
    }

    [LoggerMessage(
        EventId = 4001,
        Level = LogLevel.Error,
        Message = "The blocking callback of the lock on '{Resource}' (blocked mode {Mode}) failed")]
    private partial void LogCallbackFailed(Exception exception, string resource, LockMode mode);

    private readonly record struct Notice(HeldLock Lock, LockMode Mode, Action<HeldLock, LockMode> Callback);
}
