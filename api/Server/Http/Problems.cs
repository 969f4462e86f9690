using Cluster.Api.Contract;
using Cluster.Membership;

namespace Cluster.Api.Server.Http;

/// <summary>All problems of the API. Each detail says what was asked, what is wrong and what to do.</summary>
internal static class Problems
{
    public const int MaxBodyBytes = 64 * 1024;

    public static ProblemException UnknownNode(string name, IEnumerable<NodeDocument> nodes) => new(
        404,
        ProblemTypes.UnknownNode,
        "No such node",
        $"Node '{Shown(name)}' was asked for, but none of that name is configured. The nodes are {string.Join(", ", nodes.Select(node => node.Name))}.");

    public static ProblemException UnknownOperation(string id) => new(
        404,
        ProblemTypes.UnknownOperation,
        "No such fence operation",
        $"Fence operation '{Shown(id)}' was asked for, but the ledger holds none of that id. GET /v1/fencing/operations lists them.");

    public static ProblemException UnknownGroup(string name) => new(
        404,
        ProblemTypes.UnknownGroup,
        "No such group",
        $"Group '{Shown(name)}' was asked for, but nobody has ever joined one of that name. GET /v1/groups lists them.");

    public static ProblemException UnknownToken(string id) => new(
        404,
        ProblemTypes.UnknownToken,
        "No such join token",
        $"Join token '{Shown(id)}' was asked for, but there is none of that id. GET /v1/tokens lists them.");

    public static ProblemException NotAdmitted(string detail) => new(403, ProblemTypes.NotAdmitted, "Not admitted", detail);

    public static ProblemException WrongNode(NodeDocument node, string answering) => new(
        409,
        ProblemTypes.WrongNode,
        "To be asked of the node itself",
        $"{node.Name} was to leave, but {answering} was asked, and a node leaves by its own daemon. Nothing was done. "
            + (node.ApiUrl is { } url ? $"Ask {node.Name} itself: {url}, or its Unix socket." : $"Ask {node.Name}'s own daemon."));

    public static ProblemException Fault(string detail) => new(500, ProblemTypes.Internal, "A fault of the daemon", detail);

    public static ProblemException NothingToAssemble() => new(
        409,
        ProblemTypes.WrongState,
        "Nothing is waited for",
        "The cluster was to go on without the nodes that it waits for, but it waits for none: it is quorate. Nothing was done.");

    public static ProblemException InvalidSettings(string problems) => new(
        400,
        ProblemTypes.InvalidSettings,
        "The settings do not fit together",
        $"The settings were not changed: {problems}. Correct that, or choose a profile (timing.profile: lan, fast, wan).");

    public static ProblemException ChangedMeanwhile(ulong basedOn, ulong present, string who) => new(
        412,
        ProblemTypes.ChangedMeanwhile,
        "Another change came first",
        $"The settings were to be changed from version {basedOn}, but version {present}{(who.Length == 0 ? "" : $", by {Shown(who)},")} is in force. Nothing was done. "
            + "Read them, and decide anew.");

    public static ProblemException BadJson(string detail) => new(400, ProblemTypes.BadJson, "The body is not the JSON that was expected", detail);

    public static ProblemException InvalidBody(string detail) => new(400, ProblemTypes.InvalidBody, "A value in the body is missing or wrong", detail);

    public static ProblemException InvalidParameter(string detail) =>
        new(400, ProblemTypes.InvalidParameter, "A parameter or header is wrong", detail);

    public static ProblemException BodyTooLarge() => new(
        413,
        ProblemTypes.BodyTooLarge,
        "The body is too large",
        $"A body of more than {MaxBodyBytes} bytes was sent. No request needs that many; send less.");

    public static ProblemException UnsupportedMediaType(string? contentType) => new(
        415,
        ProblemTypes.UnsupportedMediaType,
        "The body has the wrong media type",
        $"The body was sent as '{Shown(contentType ?? "(nothing)")}', but only application/json is read. Set Content-Type: application/json.");

    public static ProblemException UnknownHost(string host) => new(
        421,
        ProblemTypes.UnknownHost,
        "Not the host that was asked for",
        $"The request is for host '{Shown(host)}', for which this daemon does not answer (a web page may have been tricked into sending it). "
            + "Use the address in api.listen or api.advertise.");

    public static ProblemException EventsTrimmed(EventPosition after, EventPosition droppedThrough) => new(
        410,
        ProblemTypes.EventsTrimmed,
        "The events are not retained any more",
        $"Events after {after} were asked for, but those up to {droppedThrough} are gone. "
            + "Read GET /v1/cluster and go on after its position.")
    {
        TrimmedThrough = droppedThrough.ToString(),
    };

    public static ProblemException NoQuorum(string what, string why) => new(
        503,
        ProblemTypes.NoQuorum,
        "No quorum",
        $"{what} was asked, but {why}. Nothing was done. See that a majority of the nodes runs and reaches each other, then repeat the request.")
    {
        RetryAfterSeconds = 2,
    };

    public static ProblemException NotCommitted(string what, bool quorate) => new(
        503,
        quorate ? ProblemTypes.NotCommitted : ProblemTypes.NoQuorum,
        quorate ? "Not committed in time" : "No quorum",
        $"{what} was asked, but it was not committed in time{(quorate ? "" : ": this node has lost sight of the majority")}. "
            + "It may still take effect: repeat it with the same Idempotency-Key, which can't do it twice, or look at the state first.")
    {
        RetryAfterSeconds = 2,
    };

    public static ProblemException NotReady(string why) => new(503, ProblemTypes.NotReady, "Not ready", why) { RetryAfterSeconds = 1 };

    public static ProblemException NotLive() => new(
        503,
        ProblemTypes.NotLive,
        "The daemon does not answer",
        "The daemon's loop did not answer within its time. Look at the daemon's log and at the machine's load; restart clusterd if it stays so.")
    {
        RetryAfterSeconds = 2,
    };

    public static ProblemException Stopping() => new(
        503,
        ProblemTypes.NotLive,
        "The daemon is stopping",
        "The daemon of this node is stopping; a write that was under way may still take effect. Ask another node.")
    {
        RetryAfterSeconds = 5,
    };

    public static ProblemException TooManyStreams(int limit) => new(
        503,
        ProblemTypes.TooManyStreams,
        "Too many event streams",
        $"An event stream or waiting request was asked for, but {limit} are open, the most that a node serves. Use another node, or close some.")
    {
        RetryAfterSeconds = 5,
    };

    /// <summary>What the replicated state machine refused.</summary>
    /// <param name="what">What was asked, as the beginning of a sentence.</param>
    /// <param name="outcome">The refusal.</param>
    public static ProblemException Refused(string what, CommandOutcome outcome)
    {
        (int status, string type, string title) = outcome.Code switch
        {
            OutcomeCode.UnknownNode => (404, ProblemTypes.UnknownNode, "No such node"),
            OutcomeCode.NotFound => (404, ProblemTypes.UnknownOperation, "Not found"),
            OutcomeCode.WrongState => (409, ProblemTypes.WrongState, "Not possible in this state"),
            OutcomeCode.Stale => (409, ProblemTypes.Stale, "About a life that is over"),
            OutcomeCode.WouldLoseQuorum => (409, ProblemTypes.WouldLoseQuorum, "Quorum would be lost"),
            OutcomeCode.NotProvenStopped => (409, ProblemTypes.NotProvenStopped, "Not proven stopped"),
            OutcomeCode.Conflict => (409, ProblemTypes.Conflict, "Contradicts what is recorded"),
            OutcomeCode.Unsupported => (409, ProblemTypes.Unsupported, "Not all nodes' releases can do this yet"),
            OutcomeCode.Malformed => (400, ProblemTypes.InvalidBody, "A value in the body is missing or wrong"),
            _ => (500, ProblemTypes.Internal, "A fault of the daemon"),
        };
        return new ProblemException(status, type, title, $"{what} was asked, but was refused: {outcome.Detail}.");
    }

    /// <summary>A problem that is known only by its status: routing and the HTTP server found it.</summary>
    public static ProblemException ForStatus(int status, string method, string path) => status switch
    {
        404 => new ProblemException(
            404, ProblemTypes.UnknownRoute, "Nothing here", $"'{Shown(path)}' was asked for, but nothing is found there. GET /openapi/v1.json lists what is."),
        405 => new ProblemException(
            405,
            ProblemTypes.MethodNotAllowed,
            "Not with this method",
            $"{Shown(method)} was asked of '{Shown(path)}', which does not have it. Use a method that the Allow header names."),
        413 => BodyTooLarge(),
        415 => UnsupportedMediaType(null),
        _ => new ProblemException(
            status,
            status < 500 ? ProblemTypes.BadRequest : ProblemTypes.Internal,
            status < 500 ? "Bad request" : "A fault of the daemon",
            status < 500 ? "The request is not well-formed. Correct it." : "The daemon could not answer. Its log says why."),
    };

    /// <summary>Something a client wrote, made fit for an answer: short, and without control characters.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="longest">How many characters of it are shown.</param>
    public static string Shown(string text, int longest = 80)
    {
        string cut = text.Length <= longest ? text : text[..longest] + "…";
        return string.Create(cut.Length, cut, static (into, from) =>
        {
            for (int at = 0; at < into.Length; at++)
            {
                into[at] = char.IsControl(from[at]) || char.IsSurrogate(from[at]) ? '?' : from[at];
            }
        });
    }
}
