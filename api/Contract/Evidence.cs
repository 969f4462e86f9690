using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>What shows that a node is stopped, in ascending strength.</summary>
[JsonConverter(typeof(KebabCaseConverter<Evidence>))]
public enum Evidence
{
    /// <summary>Nothing does.</summary>
    None,

    /// <summary>Its lease ran out by its own clock; effects may still be in flight.</summary>
    LeaseExpired,

    /// <summary>A human's word.</summary>
    ConfirmedByHuman,

    /// <summary>Its own daemon saw the processes end, or the machine has booted anew.</summary>
    ProcessExited,

    /// <summary>Its watchdog must have fired by now.</summary>
    SelfFenced,

    /// <summary>It was cut off from storage or network, and that was read back.</summary>
    FabricCut,

    /// <summary>Its power state was read back and it is off.</summary>
    ObservedOff,
}
