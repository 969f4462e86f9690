using Cluster.Api.Server.Http.Endpoints;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cluster.Api.Server.Hosting;

/// <summary>What the OpenAPI document says beyond what the endpoints' types show.</summary>
internal static class OpenApiDescription
{
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "cluster",
                Version = "v1",
                Description = "Cluster membership, fencing and quorum. Every node serves the same API; reads show what the answering node knows, "
                    + "writes reach the leader from any node. Errors are RFC 9457 documents: decide by their type.",
                License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
            };
            document.Servers = [new OpenApiServer { Url = "/", Description = "The node that answers." }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            foreach (RequestHeaderMetadata header in context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestHeaderMetadata>())
            {
                operation.Parameters ??= [];
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = header.Name,
                    In = ParameterLocation.Header,
                    Description = header.Description,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
            }

            return Task.CompletedTask;
        });
    }
}
