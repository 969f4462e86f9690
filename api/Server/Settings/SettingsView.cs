using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Api.Server.Settings;

/// <summary>Settings as a node goes by them.</summary>
/// <param name="Version">0 before the first change.</param>
/// <param name="Values">What is in force.</param>
/// <param name="Given">What was said. Shared: not to be changed.</param>
/// <param name="Who">Who made the newest change.</param>
/// <param name="ChangedAtUnixMs">When.</param>
internal sealed record SettingsView(ulong Version, ClusterSettings Values, Membership.Protocol.Settings Given, string Who, long ChangedAtUnixMs)
{
    public static SettingsView Of(ClusterNode node) => node.State.Settings.Version == 0
        ? new SettingsView(0, node.Settings, node.Settings.ToSettings(), "", 0)
        : new SettingsView(
            node.State.Settings.Version, node.State.Settings.Values, node.State.Settings.Given, node.State.Settings.Who, node.State.Settings.ChangedAtUnixMs);
}

/// <summary>Between names of nodes, as people write them, and numbers, as the log holds them.</summary>
/// <param name="Nodes">All nodes.</param>
internal sealed record NodeNumbers(IReadOnlyList<(NodeId Id, string Name)> Nodes)
{
    public string NameOf(uint id) => id == 0 ? "" : Nodes.FirstOrDefault(node => node.Id.Value == id).Name ?? $"node {id}";

    /// <summary>0 for the empty name; null when there is none of that name.</summary>
    public uint? NumberOf(string name) => name.Length == 0 ? 0
        : Nodes.FirstOrDefault(node => node.Name == name) is { Name: not null } found ? found.Id.Value
        : null;
}
