using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>What happened, in detail. The <c>kind</c> says which of the documents it is.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NodeUpData), "node-up")]
[JsonDerivedType(typeof(NodeDownData), "node-down")]
[JsonDerivedType(typeof(NodeLeftData), "node-left")]
[JsonDerivedType(typeof(NodeFencedData), "node-fenced")]
[JsonDerivedType(typeof(NodeAddedData), "node-added")]
[JsonDerivedType(typeof(NodeRemovedData), "node-removed")]
[JsonDerivedType(typeof(NodeChangedData), "node-changed")]
[JsonDerivedType(typeof(FenceOpenedData), "fence-opened")]
[JsonDerivedType(typeof(FenceAttemptStartedData), "fence-attempt-started")]
[JsonDerivedType(typeof(FenceAttemptEndedData), "fence-attempt-ended")]
[JsonDerivedType(typeof(FenceClosedData), "fence-closed")]
[JsonDerivedType(typeof(GroupStopData), "group-stop")]
[JsonDerivedType(typeof(GroupStartData), "group-start")]
[JsonDerivedType(typeof(GroupReadyData), "group-ready")]
[JsonDerivedType(typeof(SettingsChangedData), "settings-changed")]
[JsonDerivedType(typeof(VotersChangedData), "voters-changed")]
[JsonDerivedType(typeof(ClusterAssembledData), "cluster-assembled")]
[JsonDerivedType(typeof(UnknownData), "unknown")]
public abstract record EventData
{
    /// <summary>The epoch of the set of nodes that are up, after this event.</summary>
    public required ulong Epoch { get; init; }
}
