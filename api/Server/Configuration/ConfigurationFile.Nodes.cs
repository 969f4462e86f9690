using System.Net;
using Cluster.Runtime;
using Cluster.Transport;
using Cluster.Transport.Security;
using YamlDotNet.RepresentationModel;

namespace Cluster.Api.Server.Configuration;

/// <content>Nodes and the API's addresses.</content>
internal static partial class ConfigurationFile
{
    private static List<NodeEntry> ReadNodes(YamlMap root, bool joined)
    {
        var nodes = new List<NodeEntry>();
        foreach (YamlMap map in root.Maps("nodes"))
        {
            int? id = map.Number("id", 1, int.MaxValue);
            if (!map.Has("id"))
            {
                map.Error("id", "is missing; number the nodes from 1, the same on every node");
            }

            string name = map.RequiredText("name", "name the node");
            if (name.Length > 0 && !PeerName.IsName(name))
            {
                map.Error("name", $"'{name}' is not a name; write {PeerName.NameRule}");
            }

            List<PeerAddress> addresses = ReadAddresses(map);
            if (nodes.Exists(other => other.Id == id))
            {
                map.Error("id", $"{id} is given twice; every node needs a number of its own");
            }

            // A node that joined may stand in the place of a founder that is gone, with its name and address.
            if (!joined && nodes.Exists(other => other.Name == name))
            {
                map.Error("name", $"'{name}' is given twice; every node needs a name of its own");
            }

            if (!joined && nodes.SelectMany(other => other.Addresses).Intersect(addresses).FirstOrDefault() is { Port: > 0 } twice)
            {
                map.Error(map.Has("address") ? "address" : "addresses", $"'{twice}' is given twice; every node needs addresses of its own");
            }

            map.Close();
            nodes.Add(new NodeEntry((uint)(id ?? 0), name, addresses));
        }

        if (nodes.Count == 0)
        {
            root.Error("nodes", "is missing or empty; list the initial voters, the same on every node");
        }

        nodes.Sort((left, right) => left.Id.CompareTo(right.Id));
        return nodes;
    }

    /// <summary>Where the other nodes reach a node: <c>address</c> for one, <c>addresses</c> for several, the preferred one first.</summary>
    private static List<PeerAddress> ReadAddresses(YamlMap map)
    {
        bool several = map.Has("addresses");
        string key = several ? "addresses" : "address";
        IReadOnlyList<string> texts = several
            ? map.Texts("addresses")
            : [map.RequiredText("address", "write where the other nodes reach it, e.g. 10.0.0.1:7101")];
        if (several && map.Has("address"))
        {
            map.Error("address", "is given beside 'addresses'; write all of them there");
        }

        if (several && texts.Count is 0 or > LinkIdentity.MaxAddresses)
        {
            map.Error("addresses", $"holds {texts.Count} addresses; give 1 to {LinkIdentity.MaxAddresses}, the preferred one first");
        }

        List<PeerAddress> addresses = [];
        foreach (string text in texts.Where(text => text.Length > 0))
        {
            if (!PeerAddress.TryParse(text, out PeerAddress address))
            {
                map.Error(key, $"'{text}' is not an address; write host:port, e.g. 10.0.0.1:7101");
            }
            else if (addresses.Contains(address))
            {
                map.Error(key, $"'{text}' is given twice; each address of a node is a path of its own");
            }
            else
            {
                addresses.Add(address);
            }
        }

        return addresses;
    }

    /// <summary>There is no default: links that trust everyone must be somebody's explicit wish.</summary>
    private static (PeerTlsFiles? Files, string? AuthorityKey) ReadPeerTls(YamlMap root, ConfigErrors errors, string directory)
    {
        const string TheTwoWays = "write the files of this node's certificate, 'peerTls: { ca: ca.crt, certificate: n1.crt, key: n1.key }' "
            + "(clusterctl pki makes them), or 'peerTls: plain' if whoever reaches the peer port may speak as any node";
        YamlNode? node = root.Node("peerTls");
        if (node is YamlScalarNode { Value: "plain" })
        {
            return default;
        }

        if (node is not YamlMappingNode)
        {
            root.Error("peerTls", node is null ? $"is missing; {TheTwoWays}" : $"is neither a mapping nor the word plain; {TheTwoWays}");
            return default;
        }

        var map = new YamlMap(node, "peerTls", errors);
        string authority = map.RequiredText("ca", "name the certificate of the cluster's CA (ca.crt)");
        string certificate = map.RequiredText("certificate", "name this node's certificate (NODE.crt)");
        string key = map.RequiredText("key", "name this node's private key (NODE.key)");
        string? authorityKey = map.Text("caKey");
        map.Close();
        return (
            new PeerTlsFiles(
                Path.GetFullPath(authority, directory), Path.GetFullPath(certificate, directory), Path.GetFullPath(key, directory)),
            authorityKey is null ? null : Path.GetFullPath(authorityKey, directory));
    }

    private static ApiConfiguration? ReadApi(YamlMap map, string directory)
    {
        string listenText = map.Text("listen") ?? "127.0.0.1:7200";
        bool plain = map.Flag("allowPlainRemote", false);
        string? advertiseText = map.Text("advertise");
        string socket = SocketPath(map, "/run/cluster/api.sock", directory);
        map.Close();
        if (!listenText.Contains(':', StringComparison.Ordinal) || !IPEndPoint.TryParse(listenText, out IPEndPoint? listen))
        {
            map.Error("listen", $"'{listenText}' is not an address; write IP:port, e.g. 127.0.0.1:7201 or [::1]:7201");
            return null;
        }

        if (!plain && !IPAddress.IsLoopback(listen.Address))
        {
            map.Error(
                "listen",
                $"'{listenText}' is not a loopback address, and the API there is neither encrypted nor asks who calls: anybody who reaches it can "
                + "fence nodes. Listen on 127.0.0.1 (and use the Unix socket or a tunnel), or set api.allowPlainRemote: true if the network is closed");
        }

        if (!Uri.TryCreate(advertiseText ?? $"http://{listen}", UriKind.Absolute, out Uri? advertise)
            || (advertise.Scheme != Uri.UriSchemeHttp && advertise.Scheme != Uri.UriSchemeHttps))
        {
            map.Error("advertise", $"'{advertiseText}' is not a URL; write where others reach this API, e.g. http://10.0.0.1:7201");
            return null;
        }

        return new ApiConfiguration(listen, advertise, socket, plain);
    }
}
