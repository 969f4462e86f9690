using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>Writes enum values as kebab-case words (<c>observed-off</c>) and reads only these words, never numbers.</summary>
/// <typeparam name="TEnum">The enum.</typeparam>
public sealed class KebabCaseConverter<TEnum>()
    : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
