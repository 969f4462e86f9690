namespace Cluster.Locks.Contract;

/// <summary>What one member of a lock space did since it joined. All but the first two only grow.</summary>
/// <param name="Held">Locks held by this member's users now.</param>
/// <param name="Waiting">Requests and conversions of this member's users that wait now.</param>
/// <param name="Requests">New requests made.</param>
/// <param name="Conversions">Conversions asked for.</param>
/// <param name="Granted">Requests and conversions granted.</param>
/// <param name="Refused">Requests and conversions that ended otherwise: not available, canceled, deadlock.</param>
/// <param name="Notices">Blocking notices handed to users.</param>
/// <param name="MessagesSent">Messages given to links to other members.</param>
/// <param name="MessagesReceived">Messages from other members.</param>
/// <param name="MessagesRefused">Frames from other members that could not be read or came for another member.</param>
/// <param name="Recoveries">Recoveries completed.</param>
public sealed record LockSpaceCounters(
    long Held,
    long Waiting,
    long Requests,
    long Conversions,
    long Granted,
    long Refused,
    long Notices,
    long MessagesSent,
    long MessagesReceived,
    long MessagesRefused,
    long Recoveries);
