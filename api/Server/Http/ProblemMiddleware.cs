using System.Diagnostics;
using Cluster.Api.Contract;

namespace Cluster.Api.Server.Http;

/// <summary>Turns everything that went wrong into a problem document; nothing else ever answers with an error.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
            {
                await ProblemWriter.WriteAsync(
                    context,
                    Problems.ForStatus(context.Response.StatusCode, context.Request.Method, context.Request.Path.Value ?? "/")).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            if (context.RequestAborted.IsCancellationRequested)
            {
                return;
            }

            if (context.Response.HasStarted)
            {
                // The answer is half way out and can't be taken back: cutting the connection is the only way to say that it is not whole.
                LogCut(log, context.Request.Method, context.Request.Path, error);
                context.Abort();
                return;
            }

            context.Response.Headers.Clear();
            await AnswerAsync(context, error).ConfigureAwait(false);
        }
    }

    private Task AnswerAsync(HttpContext context, Exception error)
    {
        switch (error)
        {
            case ProblemException problem:
                return ProblemWriter.WriteAsync(context, problem);
            case BadHttpRequestException bad:
                return ProblemWriter.WriteAsync(
                    context, Problems.ForStatus(bad.StatusCode, context.Request.Method, context.Request.Path.Value ?? "/"));
            case TimeoutException:
                LogTimeout(log, context.Request.Method, context.Request.Path);
                return ProblemWriter.WriteAsync(context, Problems.NotLive());
            default:
                string trace = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
                LogFault(log, context.Request.Method, context.Request.Path, trace, error);
                return ProblemWriter.WriteAsync(context, new ProblemDocument
                {
                    Type = ProblemTypes.Internal,
                    Title = "A fault of the daemon",
                    Status = 500,
                    Detail = $"The daemon could not answer because of a fault of its own. Its log says more under '{trace}'. Please report it.",
                    Instance = Problems.Shown(context.Request.Path.Value ?? "/"),
                    Trace = trace,
                });
        }
    }

    [LoggerMessage(5001, LogLevel.Error, "{Method} {Path} failed by a fault of this program; trace {Trace}")]
    private static partial void LogFault(ILogger log, string method, PathString path, string trace, Exception error);

    [LoggerMessage(5002, LogLevel.Error, "{Method} {Path} failed when its answer was half way out; the connection is cut")]
    private static partial void LogCut(ILogger log, string method, PathString path, Exception error);

    [LoggerMessage(5003, LogLevel.Error, "{Method} {Path} was not answered: the node's loop is stuck or too busy")]
    private static partial void LogTimeout(ILogger log, string method, PathString path);
}
