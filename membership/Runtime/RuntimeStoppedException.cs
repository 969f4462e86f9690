namespace Cluster.Runtime;

/// <summary>The daemon's runtime has stopped or is about to; what was asked may or may not come to pass.</summary>
public sealed class RuntimeStoppedException : Exception
{
    /// <summary>Makes one without a cause: it was stopped.</summary>
    public RuntimeStoppedException()
        : base("the runtime of this node has stopped; a command that was under way may still take effect: "
            + "look at the cluster's state before repeating it")
    {
    }

    /// <summary>Makes one with the failure that stopped it.</summary>
    public RuntimeStoppedException(Exception cause)
        : base($"the runtime of this node has failed: {cause.Message}", cause)
    {
    }
}
