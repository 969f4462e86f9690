using System.Net;
using System.Text;
using Cluster.Transport.Security;

namespace Cluster.Tests.DevCluster;

/// <summary>Writes what a node needs to boot: configuration, secrets, boot script, power switch.</summary>
internal static class NodeFiles
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const int CertificateDays = 365;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The cluster's id.</summary>
    public const string ClusterId = "dev";

    /// <summary>Written before any node's own files: the CA, in a folder that no node sees.</summary>
    public static void WriteAuthority(LocalClusterOptions options)
    {
        if (!options.PlainLinks)
        {
            CertificateFolder.CreateAuthority(AuthorityFolder(options), ClusterId, CertificateDays, DateTimeOffset.UtcNow);
        }
    }

    public static void Write(NodeDefinition node, LocalClusterOptions options, string sharedFolder)
    {
        if (!options.PlainLinks)
        {
            CertificateFolder.IssueNode(
                AuthorityFolder(options), Path.Combine(node.Folder, "pki"), node.Name, node.Hosts, CertificateDays, DateTimeOffset.UtcNow);
        }

        Directory.CreateDirectory(Path.Combine(node.Folder, "run"));
        Directory.CreateDirectory(Path.Combine(node.Folder, "secrets"));
        WriteFile(Path.Combine(node.Folder, "power-switch"), File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "power-switch.sh")), Executable);
        WriteFile(Path.Combine(node.Folder, "boot"), BootScript(node, options, sharedFolder), Executable);
    }

    /// <summary>Written once the BMCs' ports are known.</summary>
    public static void WriteConfiguration(
        NodeDefinition node,
        IReadOnlyList<NodeDefinition> all,
        IReadOnlyDictionary<string, IPEndPoint> bmcs,
        LocalClusterOptions options)
    {
        WriteFile(
            Path.Combine(node.Folder, "secrets", "bmc"),
            options.BmcTrouble == BmcTrouble.WrongPassword ? "not-the-password" : LocalCluster.BmcPassword,
            Private);
        StringBuilder yaml = new();
        yaml.AppendLine($"cluster: {ClusterId}");
        yaml.AppendLine($"node: {node.Name}");
        yaml.AppendLine("nodes:");
        foreach (NodeDefinition peer in all)
        {
            yaml.AppendLine($"  - {{ id: {peer.Id}, name: {peer.Name}, {Addresses(peer)} }}");
        }

        yaml.AppendLine("dataDirectory: ./data");
        yaml.AppendLine(options.PlainLinks
            ? "peerTls: plain"
            : $"peerTls: {{ ca: ./pki/ca.crt, certificate: ./pki/{node.Name}.crt, key: ./pki/{node.Name}.key }}");
        yaml.AppendLine("api:");
        yaml.AppendLine($"  listen: \"127.0.0.1:{node.ApiPort}\"");
        yaml.AppendLine($"  advertise: \"http://127.0.0.1:{node.ApiPort}\"");
        yaml.AppendLine("  socket: ./run/api.sock");
        yaml.AppendLine("members:");
        yaml.AppendLine("  socket: ./run/members.sock");
        yaml.AppendLine($"timing: {options.Timing}");
        yaml.AppendLine("fencing:");
        yaml.AppendLine($"  onDown: {options.OnDown}");
        yaml.AppendLine($"  attemptDeadline: {options.AttemptDeadline}");
        yaml.AppendLine("  devices:");
        foreach (NodeDefinition target in all)
        {
            yaml.AppendLine($"    - name: bmc-{target.Name}");
            yaml.AppendLine("      agent: ipmi");
            yaml.AppendLine($"      targets: [{target.Name}]");
            yaml.AppendLine("      level: 1");
            yaml.AppendLine("      parameters:");
            yaml.AppendLine($"        address: {bmcs[target.Name].Address}");
            yaml.AppendLine($"        port: \"{bmcs[target.Name].Port}\"");
            yaml.AppendLine($"        user: {LocalCluster.BmcUser}");
            yaml.AppendLine("        password: \"file:./secrets/bmc\"");
            yaml.AppendLine("        cipherSuite: \"3\"");
        }

        yaml.Append(options.MoreConfiguration);
        WriteFile(Path.Combine(node.Folder, "clusterd.yaml"), yaml.ToString(), Private);
    }

    private static string Addresses(NodeDefinition peer)
    {
        string[] addresses = [.. peer.Hosts.Select(host => $"\"{host}:{peer.PeerPort}\"")];
        return addresses.Length == 1 ? $"address: {addresses[0]}" : $"addresses: [{string.Join(", ", addresses)}]";
    }

    private static string AuthorityFolder(LocalClusterOptions options) => Path.Combine(options.Folder, "pki");

    private static string BootScript(NodeDefinition node, LocalClusterOptions options, string sharedFolder)
    {
        string clusterd = RepositoryLayout.Program("api/Server", "clusterd");
        StringBuilder script = new();
        script.AppendLine("#!/bin/bash");
        script.AppendLine("# Boots this node: setsid made this shell the leader of the node's process group.");
        script.AppendLine("if [ -z \"${CLUSTER_BOOT_ID:-}\" ]; then");
        script.AppendLine("  # Every power-on is a boot of its own, although all nodes share one kernel.");
        script.AppendLine("  export CLUSTER_BOOT_ID=$(</proc/sys/kernel/random/uuid)");
        if (node.NamespacePath is not null)
        {
            script.AppendLine("  # Whoever switched it on, test or BMC, is in another namespace. The process and its group stay the same.");
            script.AppendLine($"  exec nsenter --net='{node.NamespacePath}' -- \"$0\"");
        }

        script.AppendLine("fi");
        script.AppendLine("echo $$ > pgid.new && mv pgid.new pgid");
        script.AppendLine("export DOTNET_gcServer=0 DOTNET_TieredPGO=0");
        script.AppendLine("# Ends with the node, or starts again what has ended (a lock manager ends when its node's incarnation does).");
        script.AppendLine("keep() { local log=$1; shift; while true; do \"$@\" >>\"$log\" 2>&1; [ $? -eq 0 ] && break; sleep 0.3; done; return 0; }");
        script.AppendLine($"keep clusterd.log '{clusterd}' --config clusterd.yaml &");
        if (options.WithLockd)
        {
            string lockd = RepositoryLayout.Program("dlm-adapter/UserSpace/Server", "lockd");
            script.AppendLine(
                $"keep lockd.log '{lockd}' --membership-socket \"$PWD/run/members.sock\" --client-socket run/lockd.sock "
                + $"--listen 127.0.0.1:{node.LockdPort} --space {LocalCluster.UserSpaceSpace} &");
        }

        if (options.WithWorkload)
        {
            string workload = RepositoryLayout.Program("tests/Workload", "cluster-workload");
            script.AppendLine(
                $"keep workload.log '{workload}' --node {node.Name} --nodes {options.NodeCount} --membership-socket \"$PWD/run/members.sock\" "
                + $"--lockd-socket run/lockd.sock --listen 127.0.0.1:{node.InProcessPort} --shared '{sharedFolder}' --journal workload.journal --stop-file ../stop && touch workload.ended &");
        }

        script.AppendLine("trap 'true' TERM");
        script.AppendLine("while [ -n \"$(jobs -pr)\" ]; do wait; done");
        return script.ToString();
    }

    private static void WriteFile(string path, string text, UnixFileMode mode)
    {
        using (FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
        }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
        }

        File.SetUnixFileMode(path, mode);
    }
}
