using Cluster.Locks.Contract;

namespace Cluster.Locks.UserSpace.Protocol;

/// <summary>Between the wire's numbers and the lock model's words.</summary>
internal static class LockdProtocol
{
    /// <summary>What this build speaks.</summary>
    public const uint Version = 1;

    /// <summary>The longest message, in bytes: a resource's name is short, a reason is cut.</summary>
    public const int MaxMessageBytes = 64 * 1024;

    // At most 3 bytes of UTF-8 for each char.
    private const int MaxTextChars = 16 * 1024;

    /// <summary>A text for people, cut so that it fits a message.</summary>
    public static string Cut(string text) => text.Length <= MaxTextChars
        ? text
        : string.Concat(text.AsSpan(0, MaxTextChars - (char.IsHighSurrogate(text[MaxTextChars - 1]) ? 1 : 0)), "...");

    public static Mode ToWire(this LockMode mode) => (Mode)((int)mode + 1);

    /// <exception cref="InvalidDataException">No such mode.</exception>
    public static LockMode ToLockMode(this Mode mode) =>
        mode is >= Mode.Nl and <= Mode.Ex
            ? (LockMode)((int)mode - 1)
            : throw new InvalidDataException($"there is no lock mode {(int)mode}");

    public static Held ToWire(this LockGrant held) => new() { Mode = held.Mode.ToWire(), Token = held.Token.Value, Demoted = held.Demoted };

    /// <exception cref="InvalidDataException">No such mode.</exception>
    public static LockGrant ToGrant(this Held? held) =>
        held is null
            ? throw new InvalidDataException("a grant does not say what is held")
            : new LockGrant(held.Mode.ToLockMode(), new FencingToken(held.Token), held.Demoted);

    public static Failure ToWire(this LockFailure failure) => (Failure)((int)failure + 1);

    /// <exception cref="InvalidDataException">No such failure.</exception>
    public static LockFailure ToLockFailure(this Failure failure) =>
        failure is >= Failure.NotAvailable and <= Failure.NotFound
            ? (LockFailure)((int)failure - 1)
            : throw new InvalidDataException($"there is no failure {(int)failure}");

    public static Status ToWire(this LockSpaceStatus status, ulong request) => new()
    {
        Request = request,
        State = (State)((int)status.State + 1),
        WaitsFor = Cut(status.WaitsFor),
        LeaseHeld = status.LeaseHeld,
        Generation = status.Generation,
        Members = status.Members,
        Counters = new Counters
        {
            Held = status.Counters.Held,
            Waiting = status.Counters.Waiting,
            Requests = status.Counters.Requests,
            Conversions = status.Counters.Conversions,
            Granted = status.Counters.Granted,
            Refused = status.Counters.Refused,
            Notices = status.Counters.Notices,
            MessagesSent = status.Counters.MessagesSent,
            MessagesReceived = status.Counters.MessagesReceived,
            MessagesRefused = status.Counters.MessagesRefused,
            Recoveries = status.Counters.Recoveries,
        },
    };

    /// <exception cref="InvalidDataException">No such state.</exception>
    public static LockSpaceStatus ToStatus(this Status status)
    {
        if (status.State is < State.Stopped or > State.Ended)
        {
            throw new InvalidDataException($"there is no state {(int)status.State}");
        }

        Counters c = status.Counters ?? new Counters();
        return new LockSpaceStatus(
            (LockSpaceState)((int)status.State - 1),
            status.WaitsFor,
            status.LeaseHeld,
            status.Generation,
            status.Members,
            new LockSpaceCounters(
                c.Held,
                c.Waiting,
                c.Requests,
                c.Conversions,
                c.Granted,
                c.Refused,
                c.Notices,
                c.MessagesSent,
                c.MessagesReceived,
                c.MessagesRefused,
                c.Recoveries));
    }
}
