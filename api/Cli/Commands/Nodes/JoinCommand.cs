using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Joining;
using Cluster.Api.Contract;
using Cluster.Transport.Security;

namespace Cluster.Api.Cli.Commands.Nodes;

/// <summary>
/// <c>clusterctl join</c>, on the machine that is to become a node: asks the cluster to admit it and writes the configuration with which <c>clusterd</c> starts.
/// </summary>
internal sealed class JoinCommand(CommonOptions common, CliConsole console)
{
    private const string TokenVariable = "CLUSTER_JOIN_TOKEN";

    private readonly Option<string> _server = new("--server")
    {
        Description = "A daemon of the cluster: a URL or unix:PATH.",
        Required = true,
        HelpName = "URL|unix:PATH",
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = $"The file with the join token, or env:NAME; otherwise the variable {TokenVariable}. Never the token itself: others can see arguments.",
        HelpName = "FILE|env:NAME",
    };

    private readonly Option<string?> _certificate = new("--certificate")
    {
        Description = "Instead of a token: this node's certificate, which 'clusterctl pki issue' made; its key and ca.crt lie beside it.",
        HelpName = "FILE",
    };

    private readonly Option<string> _name = new("--name") { Description = "The node's name.", Required = true, HelpName = "NODE" };

    private readonly Option<string[]> _addresses = NodeOptions.Addresses(required: true);

    private readonly Option<bool> _arbiter = NodeOptions.Arbiter();

    private readonly Option<string[]> _labels = NodeOptions.Labels();

    private readonly Option<string> _data = new("--data") { Description = "The folder for this node's log.", Required = true, HelpName = "DIR" };

    private readonly Option<string> _out = new("--config-out")
    {
        Description = "The configuration to write; nothing is overwritten. Certificates go to the folder 'pki' beside it.",
        Required = true,
        HelpName = "FILE",
    };

    private readonly Option<string> _listen = new("--api-listen")
    {
        Description = "Where this node's API will listen.",
        DefaultValueFactory = _ => "127.0.0.1:7200",
        HelpName = "IP:PORT",
    };

    private readonly Option<string> _run = new("--run-dir")
    {
        Description = "The folder for its Unix sockets.",
        DefaultValueFactory = _ => "/run/cluster",
        HelpName = "DIR",
    };

    public Command Build()
    {
        var command = new Command("join", "Make this machine a node of a cluster that exists: ask to be admitted, and write clusterd's configuration.")
        {
            _server, _token, _certificate, _name, _addresses, _arbiter, _labels, _data, _out, _listen, _run,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        string file = Path.GetFullPath(result.GetRequiredValue(_out));
        if (File.Exists(file))
        {
            throw new CliException(ExitCode.Usage, $"{file} exists and is not overwritten. Name another file with --config-out, or move that one away.");
        }

        string name = result.GetRequiredValue(_name);
        try
        {
            NodeCertificates own = NodeCertificates.Find(file, name, result.GetValue(_certificate));
            JoinToken? token = result.GetValue(_certificate) is null ? ReadToken(result.GetValue(_token)) : null;
            JoinRequest request = own.Ask(new JoinRequest
            {
                Token = token?.Text(),
                Name = name,
                Addresses = result.GetRequiredValue(_addresses),
                Arbiter = result.GetValue(_arbiter) ? true : null,
                Labels = NodeOptions.LabelsOf(result.GetValue(_labels)),
            });
            using var api = new ApiClient(Endpoint.Parse(result.GetRequiredValue(_server)));
            (JoinDocument answer, string text) = await api.PostAsync(
                "/v1/join", request, ApiJson.Default.JoinRequest, ApiJson.Default.JoinDocument, null, cancellation).ConfigureAwait(false);
            bool complete = own.Take(answer, token);
            ConfigurationText.Write(file, ConfigurationText.Of(answer, own, new LocalPlaces(
                Path.GetFullPath(result.GetRequiredValue(_data)), result.GetRequiredValue(_listen), Path.GetFullPath(result.GetRequiredValue(_run)))));
            await console.Out.WriteLineAsync(result.GetValue(common.Json) ? text : Words(answer, own, file, complete)).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (CertificateException error)
        {
            throw new CliException(ExitCode.Refused, error.Message);
        }
    }

    private JoinToken ReadToken(string? where)
    {
        string? text;
        string place;
        if (where is null || where.StartsWith("env:", StringComparison.Ordinal))
        {
            string variable = where is null ? TokenVariable : where["env:".Length..];
            place = $"the variable {variable}";
            text = console.Environment(variable);
        }
        else
        {
            place = where;
            try
            {
                text = File.ReadAllText(where);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CliException(ExitCode.Usage, $"The join token can't be read from {where}: {error.Message} Name the file that holds it with --token.");
            }
        }

        return JoinToken.TryParse(text)
            ?? throw new CliException(
                ExitCode.Usage,
                $"{place} holds no join token. Put one there as 'clusterctl token issue' shows it, or show a certificate with --certificate.");
    }

    private static string Words(JoinDocument answer, NodeCertificates own, string file, bool complete)
    {
        string admitted = $"{answer.Node.Name} is admitted as node {answer.Node.Id} of cluster {answer.Cluster}. {file} is written.";
        return complete
            ? $"{admitted} Next: clusterd --config {file}"
            : $"{admitted} It needs a certificate first, and the daemon that was asked does not hold the CA's key. Where that is kept, run: "
                + $"clusterctl pki issue {answer.Node.Name} --ca DIR --out OUT, and copy what it makes to {own.Folder}. Then: clusterd --config {file}";
    }
}
