using System.CommandLine;
using Cluster.Transport.Security;

namespace Cluster.Api.Cli.Commands.Pki;

/// <summary><c>clusterctl pki</c>: the certificates with which daemons know each other. Works on files; needs no daemon.</summary>
internal sealed class PkiCommand(CommonOptions common, CliConsole console)
{
    private readonly Option<string> _clusterId = new("--cluster-id")
    {
        Description = "The cluster's id, as 'cluster' in clusterd.yaml.",
        Required = true,
        HelpName = "ID",
    };

    private readonly Argument<string> _node = new("node") { Description = "The node's name, as in clusterd.yaml.", HelpName = "NODE" };

    private readonly Option<string> _ca = new("--ca")
    {
        Description = "The folder that 'pki init' made.",
        Required = true,
        HelpName = "DIR",
    };

    private readonly Option<string[]> _hosts = new("--host")
    {
        Description = "A host name or address of the node, for other software; may be repeated. The daemons look at the node's name only.",
        HelpName = "NAME|ADDRESS",
    };

    private readonly Argument<string> _file = new("file") { Description = "A certificate in PEM.", HelpName = "FILE" };

    public Command Build() => new("pki", "Make and show the certificates with which the daemons of a cluster know each other.")
    {
        Init(),
        Issue(),
        Show(),
    };

    private Command Init()
    {
        Option<string> folder = Folder();
        Option<int> days = Days(CertificateAuthority.DefaultDays);
        var command = new Command("init", "Make the cluster's CA: ca.crt for every node, ca.key to be kept apart from them.")
        {
            _clusterId,
            folder,
            days,
        };
        command.SetAction(result => Done(() =>
        {
            string made = CertificateFolder.CreateAuthority(
                result.GetRequiredValue(folder), result.GetRequiredValue(_clusterId), result.GetValue(days), DateTimeOffset.UtcNow);
            Tell(
                result,
                made,
                $"Made {made} and {Path.ChangeExtension(made, ".key")}. Whoever has the key can make nodes of this cluster: keep it off the nodes. "
                    + $"Next: clusterctl pki issue NODE --ca {result.GetRequiredValue(folder)} --out DIR");
        }));
        return command;
    }

    private Command Issue()
    {
        Option<string> folder = Folder();
        Option<int> days = Days(CertificateAuthority.DefaultNodeDays);
        var command = new Command("issue", "Make a node's certificate and key, and put the CA's certificate beside them.")
        {
            _node,
            _ca,
            folder,
            _hosts,
            days,
        };
        command.SetAction(result => Done(() =>
        {
            string made = CertificateFolder.IssueNode(
                result.GetRequiredValue(_ca),
                result.GetRequiredValue(folder),
                result.GetRequiredValue(_node),
                result.GetValue(_hosts) ?? [],
                result.GetValue(days),
                DateTimeOffset.UtcNow);
            string key = Path.ChangeExtension(made, ".key");
            string authority = Path.Combine(Path.GetDirectoryName(made)!, CertificateFolder.AuthorityCertificate);
            Tell(
                result,
                made,
                $"Made {made} and {key}. In the node's clusterd.yaml, with the paths there: peerTls: {{ ca: {authority}, certificate: {made}, key: {key} }}");
        }));
        return command;
    }

    private Command Show()
    {
        var command = new Command("show", "Show what a certificate says.") { _file };
        command.SetAction(result => Done(() =>
        {
            IReadOnlyList<CertificateSummary> certificates = CertificateSummary.OfFile(result.GetRequiredValue(_file));
            console.Out.WriteLine(result.GetValue(common.Json) ? CertificateText.Json(certificates) : CertificateText.Lines(certificates, DateTimeOffset.UtcNow));
        }));
        return command;
    }

    private void Tell(ParseResult result, string certificate, string words) => console.Out.WriteLine(
        result.GetValue(common.Json) ? CertificateText.Json(CertificateSummary.OfFile(certificate)) : words);

    private int Done(Action action)
    {
        try
        {
            action();
            return ExitCode.Ok;
        }
        catch (CertificateException error)
        {
            console.Error.WriteLine(error.Message);
            return ExitCode.Refused;
        }
    }

    private static Option<string> Folder() => new("--out", "-o")
    {
        Description = "The folder for the new files; made when missing. Nothing is overwritten.",
        Required = true,
        HelpName = "DIR",
    };

    private static Option<int> Days(int otherwise) => new("--days")
    {
        Description = "For how many days it is good.",
        DefaultValueFactory = _ => otherwise,
        HelpName = "N",
    };
}
