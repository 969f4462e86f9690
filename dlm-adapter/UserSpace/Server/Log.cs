using Microsoft.Extensions.Logging;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>What lockd logs. The numbers are stable: alerts may refer to them.</summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 4201,
        Level = LogLevel.Information,
        Message = "Serving lock space {Space} as member {Member}; other members reach it at {Endpoint}, clients at {Socket}")]
    public static partial void Serving(ILogger logger, string space, ulong member, string endpoint, string socket);

    [LoggerMessage(
        EventId = 4202,
        Level = LogLevel.Debug,
        Message = "Session {Session} of process {ProcessId} opened in {Space}")]
    public static partial void SessionOpened(ILogger logger, ulong session, int processId, string space);

    [LoggerMessage(
        EventId = 4203,
        Level = LogLevel.Warning,
        Message = "Session {Session} of process {ProcessId} lost its connection ({Reason}) and holds {Locks} locks; they are "
            + "released when the process has ended")]
    public static partial void SessionBroken(ILogger logger, ulong session, int processId, string reason, int locks);

    [LoggerMessage(
        EventId = 4204,
        Level = LogLevel.Debug,
        Message = "Session {Session} of process {ProcessId} closed ({Reason}); {Locks} locks released")]
    public static partial void SessionClosed(ILogger logger, ulong session, int processId, string reason, int locks);

    [LoggerMessage(EventId = 4205, Level = LogLevel.Warning, Message = "Refused a client, process {ProcessId}: {Reason}")]
    public static partial void ClientRefused(ILogger logger, int processId, string reason);

    [LoggerMessage(EventId = 4206, Level = LogLevel.Error, Message = "A session failed inside lockd")]
    public static partial void SessionFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4207, Level = LogLevel.Error, Message = "Accepting a client failed; trying on")]
    public static partial void AcceptFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        EventId = 4208,
        Level = LogLevel.Error,
        Message = "Lock space {Space} has ended: {Reason}; all sessions are dropped, start lockd anew")]
    public static partial void SpaceEnded(ILogger logger, string space, string reason);

    [LoggerMessage(EventId = 4209, Level = LogLevel.Information, Message = "Leaving: {Signal}")]
    public static partial void Leaving(ILogger logger, string signal);

    [LoggerMessage(EventId = 4210, Level = LogLevel.Critical, Message = "lockd can't start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);

    [LoggerMessage(EventId = 4211, Level = LogLevel.Information, Message = "Connecting to the daemon at {Socket}")]
    public static partial void Connecting(ILogger logger, string socket);
}
