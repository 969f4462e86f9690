namespace Cluster.Api.Contract;

/// <summary>The stable names of all problems that the API answers with.</summary>
public static class ProblemTypes
{
    /// <summary>404: no such node is configured.</summary>
    public const string UnknownNode = "urn:cluster:problem:unknown-node";

    /// <summary>404: no such fence operation.</summary>
    public const string UnknownOperation = "urn:cluster:problem:unknown-operation";

    /// <summary>404: no such group.</summary>
    public const string UnknownGroup = "urn:cluster:problem:unknown-group";

    /// <summary>404: no such join token.</summary>
    public const string UnknownToken = "urn:cluster:problem:unknown-token";

    /// <summary>403: the join token is not good, or the certificate proves nothing.</summary>
    public const string NotAdmitted = "urn:cluster:problem:not-admitted";

    /// <summary>409: this must be asked of the node itself, and it was asked of another.</summary>
    public const string WrongNode = "urn:cluster:problem:wrong-node";

    /// <summary>404: nothing is found at this path.</summary>
    public const string UnknownRoute = "urn:cluster:problem:unknown-route";

    /// <summary>405: the path exists, but not for this method; <c>Allow</c> names those that it has.</summary>
    public const string MethodNotAllowed = "urn:cluster:problem:method-not-allowed";

    /// <summary>400: the body is not the JSON that was expected.</summary>
    public const string BadJson = "urn:cluster:problem:bad-json";

    /// <summary>400: the body is good JSON, but a value is missing or out of range.</summary>
    public const string InvalidBody = "urn:cluster:problem:invalid-body";

    /// <summary>400: a query parameter or header has a value that makes no sense.</summary>
    public const string InvalidParameter = "urn:cluster:problem:invalid-parameter";

    /// <summary>400: the request is not well-formed HTTP.</summary>
    public const string BadRequest = "urn:cluster:problem:bad-request";

    /// <summary>400: the settings do not fit together; the detail has the arithmetic.</summary>
    public const string InvalidSettings = "urn:cluster:problem:invalid-settings";

    /// <summary>412: another change came first. Read anew, and decide anew.</summary>
    public const string ChangedMeanwhile = "urn:cluster:problem:changed-meanwhile";

    /// <summary>413: the body is larger than 64 KiB.</summary>
    public const string BodyTooLarge = "urn:cluster:problem:body-too-large";

    /// <summary>415: the body is not <c>application/json</c>.</summary>
    public const string UnsupportedMediaType = "urn:cluster:problem:unsupported-media-type";

    /// <summary>421: the request names a host that this daemon does not answer for.</summary>
    public const string UnknownHost = "urn:cluster:problem:unknown-host";

    /// <summary>409: carrying it out would leave fewer live voters than a majority.</summary>
    public const string WouldLoseQuorum = "urn:cluster:problem:would-lose-quorum";

    /// <summary>409: the node is not in a state in which this can be done.</summary>
    public const string WrongState = "urn:cluster:problem:wrong-state";

    /// <summary>409: it is about a life or generation that is over.</summary>
    public const string Stale = "urn:cluster:problem:stale";

    /// <summary>409: it contradicts what is recorded.</summary>
    public const string Conflict = "urn:cluster:problem:conflict";

    /// <summary>409: the idempotency key belongs to another request.</summary>
    public const string IdempotencyKeyReused = "urn:cluster:problem:idempotency-key-reused";

    /// <summary>409: the node's former life is not proven stopped.</summary>
    public const string NotProvenStopped = "urn:cluster:problem:not-proven-stopped";

    /// <summary>409: it needs a feature level that the cluster has not reached, because not all nodes run a release that understands it.</summary>
    public const string Unsupported = "urn:cluster:problem:unsupported";

    /// <summary>410: the events asked for are not retained any more.</summary>
    public const string EventsTrimmed = "urn:cluster:problem:events-trimmed";

    /// <summary>503: there is no quorum, so nothing can be written.</summary>
    public const string NoQuorum = "urn:cluster:problem:no-quorum";

    /// <summary>503: there is quorum, but the request was not committed in time; its outcome is not known.</summary>
    public const string NotCommitted = "urn:cluster:problem:not-committed";

    /// <summary>503: this node is not a member with a lease.</summary>
    public const string NotReady = "urn:cluster:problem:not-ready";

    /// <summary>503: the daemon's loop does not answer.</summary>
    public const string NotLive = "urn:cluster:problem:not-live";

    /// <summary>503: too many event streams or waiting requests are open.</summary>
    public const string TooManyStreams = "urn:cluster:problem:too-many-streams";

    /// <summary>500: a fault of the daemon.</summary>
    public const string Internal = "urn:cluster:problem:internal";
}
