using System.Globalization;
using System.Text.Json;
using Cluster.Api.Contract;
using Microsoft.Net.Http.Headers;

namespace Cluster.Api.Server.Http;

/// <summary>Writes RFC 9457 documents.</summary>
internal static class ProblemWriter
{
    public const string MediaType = "application/problem+json";

    public static Task WriteAsync(HttpContext context, ProblemException problem)
    {
        if (problem.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers[HeaderNames.RetryAfter] = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(context, problem.Document(Problems.Shown(context.Request.Path.Value ?? "/")));
    }

    public static Task WriteAsync(HttpContext context, ProblemDocument document)
    {
        context.Response.StatusCode = document.Status;
        context.Response.ContentType = MediaType;
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(document, ApiJson.Default.ProblemDocument);
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
