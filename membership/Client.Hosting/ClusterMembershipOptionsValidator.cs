using Microsoft.Extensions.Options;

namespace Cluster.Client.Hosting;

/// <summary>Refuses options with which the client could not work, all complaints at once.</summary>
internal sealed class ClusterMembershipOptionsValidator : IValidateOptions<ClusterMembershipOptions>
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, ClusterMembershipOptions options)
    {
        List<string> complaints = [];
        if (SocketPaths.Complaint(options.SocketPath) is { } complaint)
        {
            complaints.Add($"{nameof(options.SocketPath)}: {complaint}");
        }

        if (options.WaitForDaemon < TimeSpan.Zero || options.WaitForDaemon > LongestWait)
        {
            complaints.Add($"{nameof(options.WaitForDaemon)}: {options.WaitForDaemon} makes no sense; give zero (do not wait) up to {LongestWait}");
        }

        return complaints.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaints);
    }
}
