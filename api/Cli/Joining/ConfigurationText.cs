using System.Globalization;
using System.Text;
using System.Text.Json;
using Cluster.Api.Cli.Http;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Joining;

/// <summary>The configuration of a node that joins: only what is local, and the founders, with which every node begins.</summary>
internal static class ConfigurationText
{
    public static string Of(JoinDocument answer, NodeCertificates certificates, LocalPlaces places)
    {
        var text = new StringBuilder();
        text.Append("# Written by 'clusterctl join'. Every key is described in clusterd.example.yaml. Timing, quorum, fencing policy and limits are not here:\n");
        text.Append("# they are the cluster's (clusterctl settings show). Fence devices that this daemon may use belong under fencing.devices.\n");
        text.Append(CultureInfo.InvariantCulture, $"cluster: {answer.Cluster}\n");
        text.Append(CultureInfo.InvariantCulture, $"node: {answer.Node.Name}\n");
        text.Append("joined: true\n\n# The founders, which are the same on every node for ever, and this node. Who else is there, the cluster tells.\nnodes:\n");
        foreach (JoinPeer founder in answer.Founders)
        {
            Add(text, founder.Id, founder.Name, founder.Addresses);
        }

        Add(text, answer.Node.Id, answer.Node.Name, answer.Node.Addresses);
        text.Append(CultureInfo.InvariantCulture, $"\ndataDirectory: {Quoted(places.Data)}\n\n");
        text.Append(answer.Links == PeerLinks.Plain
            ? "peerTls: plain\n"
            : $"peerTls:\n  ca: {Quoted(certificates.Authority)}\n  certificate: {Quoted(certificates.Certificate)}\n  key: {Quoted(certificates.Key)}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"\napi:\n  listen: {Quoted(places.ApiListen)}\n  socket: {Quoted(Path.Combine(places.Run, "api.sock"))}\nmembers:\n  socket: {Quoted(Path.Combine(places.Run, "members.sock"))}\n");
        return text.ToString();
    }

    /// <exception cref="CliException">It can't be written.</exception>
    public static void Write(string file, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                ExitCode.Refused,
                $"The node is admitted, but {file} can't be written: {error.Message} Put that right and run the same command again: it is answered alike.");
        }
    }

    private static void Add(StringBuilder text, uint id, string name, IReadOnlyList<string> addresses) => text.Append(
        CultureInfo.InvariantCulture, $"  - {{ id: {id}, name: {name}, addresses: [{string.Join(", ", addresses.Select(Quoted))}] }}\n");

    /// <summary>A JSON string is a YAML scalar.</summary>
    private static string Quoted(string text) => JsonSerializer.Serialize(text, CliJson.Default.String);
}
