using System.CommandLine;
using Cluster.Api.Cli.Http;

namespace Cluster.Api.Cli.Commands;

/// <summary>The options that every command has.</summary>
internal sealed class CommonOptions
{
    public Option<string?> EndpointOption { get; } = new("--endpoint", "-e")
    {
        Description = $"Where the daemon is: a URL or unix:PATH. Otherwise {Endpoint.Variable}, otherwise {Endpoint.Default}.",
        HelpName = "URL|unix:PATH",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print the API's documents as they are, for programs.",
        Recursive = true,
    };

    public void AddTo(RootCommand root)
    {
        root.Add(EndpointOption);
        root.Add(Json);
    }

    /// <exception cref="CliException">The endpoint makes no sense.</exception>
    public ApiClient Connect(ParseResult result, CliConsole console)
    {
        string? text = result.GetValue(EndpointOption);
        if (string.IsNullOrEmpty(text))
        {
            text = console.Environment(Endpoint.Variable);
        }

        return new ApiClient(Endpoint.Parse(string.IsNullOrEmpty(text) ? Endpoint.Default : text));
    }
}
