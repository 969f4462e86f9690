namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>Tells the OpenAPI document of a request header that a handler reads by itself.</summary>
internal sealed record RequestHeaderMetadata(string Name, string Description);
