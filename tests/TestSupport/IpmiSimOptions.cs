namespace Cluster.Tests.Support;

/// <summary>How ipmi_sim is started.</summary>
public sealed record IpmiSimOptions
{
    /// <summary>An administrator's name.</summary>
    public string User { get; init; } = "admin";

    /// <summary>Its password, at most 16 bytes: ipmi_sim knows no longer ones.</summary>
    public string Password { get; init; } = "s3cret";

    /// <summary>Further users.</summary>
    public IReadOnlyList<IpmiSimUser> MoreUsers { get; init; } = [];

    /// <summary>The address it listens at.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Its UDP port there; 0 takes a free one of loopback.</summary>
    public int Port { get; init; }

    /// <summary>
    /// The power switch: a command line that is run with <c>get power</c> appended, and then prints <c>power:1</c> or <c>power:0</c>,
    /// or with <c>set power 0|1</c>. Without one a state file in a temporary folder is switched.
    /// </summary>
    public string? ChassisControl { get; init; }
}
