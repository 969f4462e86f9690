using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>The settings that the replicated state holds.</summary>
/// <param name="Version">Grows by one with each change; 0 before the first, when each daemon goes by its own configuration.</param>
/// <param name="Values">With every default filled in; the build's defaults before the first change.</param>
/// <param name="Given">As they were given: a profile and what differs from it. Shared: do not change it.</param>
/// <param name="Who">Who made the newest change.</param>
/// <param name="ChangedAtUnixMs">When, by the clock of the node where it was asked for.</param>
public sealed record SettingsRecord(ulong Version, ClusterSettings Values, Settings Given, string Who, long ChangedAtUnixMs)
{
    /// <summary>Before the first change.</summary>
    internal static readonly SettingsRecord None = new(0, ClusterSettings.Default, new Settings(), "", 0);
}
