namespace Cluster.Client;

/// <summary>The daemon refused a request. The message says what was asked, what is wrong and what to do.</summary>
public sealed class MembershipException(string message) : Exception(message);
