namespace Cluster.Membership;

/// <summary>Why a command was refused.</summary>
public enum OutcomeCode
{
    /// <summary>It had its effect.</summary>
    Accepted,

    /// <summary>No such node is configured.</summary>
    UnknownNode,

    /// <summary>The node is not in a state in which this can be done.</summary>
    WrongState,

    /// <summary>It is about an incarnation or generation that is over.</summary>
    Stale,

    /// <summary>Carrying it out would leave fewer live voters than a majority.</summary>
    WouldLoseQuorum,

    /// <summary>The node's former life is not proven stopped.</summary>
    NotProvenStopped,

    /// <summary>No such operation, group or member.</summary>
    NotFound,

    /// <summary>It contradicts what is recorded (another name, another evidence demand, a reused idempotency key).</summary>
    Conflict,

    /// <summary>The command can't be understood.</summary>
    Malformed,

    /// <summary>It needs a feature level that the cluster has not reached, or comes from a build that is too old for the one it has.</summary>
    Unsupported,
}
