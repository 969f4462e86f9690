using Cluster.Api.Contract;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>What endpoints tell the OpenAPI document.</summary>
internal static class EndpointDescriptions
{
    /// <summary>The endpoint may answer with problem documents of these statuses.</summary>
    public static RouteHandlerBuilder AnswersProblems(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (int status in statuses)
        {
            endpoint.Produces<ProblemDocument>(status, ProblemWriter.MediaType);
        }

        return endpoint;
    }
}
