using System.Text.Json;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Output;

/// <summary>Values as people read them.</summary>
internal static class Words
{
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static string Attempt(FenceAttemptDocument attempt)
    {
        string what = $"attempt {attempt.Number}: {Of(attempt.Action)} by {attempt.Device ?? "its devices"} from {attempt.Executor}";
        return Safe(attempt.State switch
        {
            FenceAttemptState.Running => $"{what}: running",
            FenceAttemptState.Succeeded => $"{what}: done in {attempt.TookMs} ms: {attempt.Detail}",
            _ => $"{what}: failed ({attempt.Failure}): {attempt.Detail}",
        });
    }

    /// <summary>Without control characters: what others wrote must not steer this terminal.</summary>
    public static string Safe(string text) =>
        text.Any(char.IsControl) ? new string([.. text.Select(each => char.IsControl(each) ? '?' : each)]) : text;
}
