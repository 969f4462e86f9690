using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>How the documents are written: camel case, absent instead of null, and unknown properties in requests are refused.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(NodeList))]
[JsonSerializable(typeof(LinkList))]
[JsonSerializable(typeof(FenceRequest))]
[JsonSerializable(typeof(ConfirmFencedRequest))]
[JsonSerializable(typeof(FenceOperationPage))]
[JsonSerializable(typeof(GroupList))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(EventReset))]
[JsonSerializable(typeof(EventBehind))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(NodeAddRequest))]
[JsonSerializable(typeof(NodeChangeRequest))]
[JsonSerializable(typeof(NodeSwitchRequest))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinDocument))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(IssuedToken))]
[JsonSerializable(typeof(AssembleRequest))]
[JsonSerializable(typeof(SettingsDocument))]
[JsonSerializable(typeof(SettingsChangeRequest))]
[JsonSerializable(typeof(SettingsChangeDocument))]
[JsonSerializable(typeof(SettingsHistory))]
[JsonSerializable(typeof(QuorumSimulationRequest))]
[JsonSerializable(typeof(QuorumSimulationDocument))]
public sealed partial class ApiJson : JsonSerializerContext;
