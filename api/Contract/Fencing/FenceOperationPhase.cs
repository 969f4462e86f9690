using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>Where a fence operation stands.</summary>
[JsonConverter(typeof(KebabCaseConverter<FenceOperationPhase>))]
public enum FenceOperationPhase
{
    /// <summary>Evidence that the target is stopped is being sought.</summary>
    SeekingEvidence,

    /// <summary>There is evidence; the target is being switched on again.</summary>
    SwitchingOn,

    /// <summary>Over.</summary>
    Closed,
}
