namespace Cluster.Client;

/// <summary>The daemon refused a request. The message says what was asked, what is wrong and what to do.</summary>
public sealed class MembershipException : Exception
{
    /// <summary>Makes a refusal.</summary>
    public MembershipException(string message)
        : base(message)
    {
    }

    /// <summary>Makes a refusal with its cause.</summary>
    public MembershipException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
