using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>What a fence operation is to do.</summary>
[JsonConverter(typeof(KebabCaseConverter<FenceKind>))]
public enum FenceKind
{
    /// <summary>Switch off, and observe that it is off.</summary>
    Off,

    /// <summary>The same, then switch on again.</summary>
    Reboot,
}
