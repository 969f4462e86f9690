using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>Where a node's newest life stands.</summary>
[JsonConverter(typeof(KebabCaseConverter<NodeState>))]
public enum NodeState
{
    /// <summary>Configured, never joined.</summary>
    Absent,

    /// <summary>A member.</summary>
    Up,

    /// <summary>Declared down; not proven stopped.</summary>
    Down,

    /// <summary>Proven stopped.</summary>
    Fenced,

    /// <summary>Left by its own wish.</summary>
    Left,
}
