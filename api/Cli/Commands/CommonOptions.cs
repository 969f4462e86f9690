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

    /// <summary>The option of commands that change something. A fresh one each time: an option belongs to one command.</summary>
    public static Option<string?> WhoOption() => new("--who")
    {
        Description = "Your name; it is kept with the change. Otherwise CLUSTER_WHO, otherwise the user that runs this.",
        HelpName = "NAME",
    };

    /// <exception cref="CliException">Nobody is named.</exception>
    public static string Who(ParseResult result, Option<string?> option, CliConsole console)
    {
        string?[] candidates = [result.GetValue(option), console.Environment("CLUSTER_WHO"), console.Environment("USER")];
        return candidates.FirstOrDefault(each => !string.IsNullOrWhiteSpace(each))
            ?? throw new CliException(ExitCode.Usage, "Nobody is named who does this. Say your name with --who: it is kept with the change.");
    }

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
