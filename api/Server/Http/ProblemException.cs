using Cluster.Api.Contract;

namespace Cluster.Api.Server.Http;

/// <summary>A problem to be answered, thrown wherever it is noticed and written by <see cref="ProblemMiddleware"/>.</summary>
internal sealed class ProblemException(int status, string type, string title, string detail) : Exception(detail)
{
    public int Status => status;

    public string Type => type;

    public string Title => title;

    /// <summary>Seconds after which a repetition makes sense.</summary>
    public int? RetryAfterSeconds { get; init; }

    public string? TrimmedThrough { get; init; }

    public ProblemDocument Document(string? instance) => new()
    {
        Type = type,
        Title = title,
        Status = status,
        Detail = Message,
        Instance = instance,
        TrimmedThrough = TrimmedThrough,
    };
}
