using System.Diagnostics.Metrics;
using System.Text.Json.Serialization;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Configuration;
using Cluster.Api.Server.Events;
using Cluster.Api.Server.Http;
using Cluster.Api.Server.Http.Endpoints;
using Cluster.Api.Server.Joining;
using Cluster.Api.Server.Metrics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace Cluster.Api.Server.Hosting;

/// <summary>Builds the web application of one node: Kestrel on TCP and on a Unix socket, and all endpoints.</summary>
internal static class ApiHost
{
    /// <param name="api">Where it listens.</param>
    /// <param name="cluster">The node it speaks for.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="logging">Sets up the log.</param>
    /// <param name="material">What nodes that join are given; null: links are plain.</param>
    /// <param name="leaving">Takes the wish that this node leaves.</param>
    public static WebApplication Build(
        ApiConfiguration api,
        ICluster cluster,
        ApiLimits limits,
        Action<ILoggingBuilder> logging,
        JoinMaterial? material = null,
        LeaveOrder? leaving = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // The daemon's own file is the only configuration: an appsettings.json that lies about must change nothing.
            Args = [],
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        logging(builder.Logging);
        builder.WebHost.ConfigureKestrel(options => Configure(options, api, limits));
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = ListenSockets.Bind);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.AddSingleton<IHostLifetime, NoHostLifetime>();
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.AddOpenApi("v1", OpenApiDescription.Configure);
        builder.Services.AddSingleton(cluster);
        builder.Services.AddSingleton(api);
        builder.Services.AddSingleton(limits);
        builder.Services.AddSingleton(material ?? JoinMaterial.Plain);
        builder.Services.AddSingleton(leaving ?? new LeaveOrder());
        builder.Services.AddSingleton<ClusterWriter>();
        builder.Services.AddSingleton<StreamGate>();
        builder.Services.AddSingleton<EventHub>();
        builder.Services.AddSingleton(services => new MetricsCollector(services.GetRequiredService<ILogger<MetricsCollector>>()));

        WebApplication app = builder.Build();
        // Listens from the start, not from the first scrape: what happened before it would be missing.
        app.Services.GetRequiredService<MetricsCollector>();
        Meters(app.Services);
        app.Use(NoStore);
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<HostGuard>();
        app.UseRouting();
        app.MapCluster();
        app.MapQuorum();
        app.MapNodes();
        app.MapNodeChanges();
        app.MapLinks();
        app.MapJoining();
        app.MapTokens();
        app.MapSettings();
        app.MapFencing();
        app.MapEvents();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json");
        return app;
    }

    /// <summary>One line an event, UTC, on standard error: standard output is for what programs wait for.</summary>
    public static void Logging(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        // Each request is worth a line only when somebody looks for trouble.
        logging.AddFilter("Microsoft", level > LogLevel.Debug ? (LogLevel)Math.Max((int)level, (int)LogLevel.Warning) : level);
        // It logs a failed start with a stack trace; the daemon says the same in one sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            options.UseUtcTimestamp = true;
            options.ColorBehavior = Console.IsErrorRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void Configure(KestrelServerOptions options, ApiConfiguration api, ApiLimits limits)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = Problems.MaxBodyBytes;
        options.Limits.MaxResponseBufferSize = limits.ResponseBufferBytes;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        options.Limits.MaxConcurrentConnections = 20_000;
        options.Listen(api.Listen, listen => listen.Protocols = HttpProtocols.Http1);
        options.ListenUnixSocket(api.Socket, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static void Meters(IServiceProvider services)
    {
        StreamGate gate = services.GetRequiredService<StreamGate>();
        EventHub hub = services.GetRequiredService<EventHub>();
        Meter meter = services.GetRequiredService<IMeterFactory>().Create("Cluster.Api");
        _ = new ClusterMetrics(services.GetRequiredService<ICluster>(), meter);
        meter.CreateObservableGauge("cluster.api.streams.open", () => gate.Open, null, "Event streams and waiting requests that are open");
        meter.CreateObservableCounter("cluster.api.streams.behind", () => hub.Behind, null, "Event streams that were ended because their reader was too slow");
        meter.CreateObservableCounter("cluster.api.streams.stalled", () => hub.Stalled, null, "Event streams that were cut because their reader did not read");
    }

    private static Task NoStore(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(
            static state =>
            {
                var headers = (IHeaderDictionary)state;
                headers.CacheControl = "no-store";
                headers.XContentTypeOptions = "nosniff";
                return Task.CompletedTask;
            },
            context.Response.Headers);
        return next(context);
    }
}
