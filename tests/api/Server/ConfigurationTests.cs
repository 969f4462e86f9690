using Cluster.Api.Server.Configuration;
using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Cluster.Membership;
using Cluster.Transport.Security;

namespace Cluster.Api.Server.Tests;

public sealed class ConfigurationTests
{
    private const string Good = """
        cluster: demo
        node: n1
        nodes:
          - { id: 2, name: n2, address: "127.0.0.1:7102" }
          - { id: 1, name: n1, address: "127.0.0.1:7101" }
        dataDirectory: ./data/n1
        api: { listen: 127.0.0.1:7201, advertise: "http://127.0.0.1:7201", socket: ./run/n1-api.sock }
        members: { socket: ./run/n1-members.sock }
        timing: lan
        fencing:
          onDown: off
          devices:
            - { name: bmc-n2, agent: ipmi, targets: [n2], level: 2, parameters: { address: 127.0.0.1, user: admin, password: "file:./secrets/bmc" } }
        peerTls: plain
        """;

    [Fact]
    public void A_whole_file_is_read_with_paths_from_its_own_folder()
    {
        DaemonConfiguration read = Parse(Good);
        Assert.Equal("demo", read.Cluster);
        Assert.Equal((1u, "n1", "127.0.0.1:7101"), (read.Self.Id, read.Self.Name, string.Join(", ", read.Self.Addresses)));
        Assert.Equal([1u, 2u], read.Nodes.Select(node => node.Id));
        Assert.Equal("/etc/cluster/data/n1", read.DataDirectory);
        Assert.Equal("/etc/cluster/run/n1-api.sock", read.Api.Socket);
        Assert.Equal("/etc/cluster/run/n1-members.sock", read.MemberSocket);
        Assert.Equal(FenceKind.Off, read.Fencing.OnDown);
        Assert.Equal(2, Assert.Single(read.Devices).Level);
        Assert.Equal("file:./secrets/bmc", read.Devices[0].Parameters["password"]);
        Assert.Equal(MembershipTiming.Lan, read.Timing);
    }

    [Fact]
    public void The_example_that_comes_with_the_program_is_good_and_shows_every_key()
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "clusterd.example.yaml"));
        DaemonConfiguration read = Parse(text);
        Assert.Equal(2, read.Devices.Count);
        Assert.Equal(new PeerTlsFiles("/etc/cluster/pki/ca.crt", "/etc/cluster/pki/n1.crt", "/etc/cluster/pki/n1.key"), read.PeerTls);
        Assert.Equal((new QuorumPolicy(), new GroupPolicy(), new HistoryLimits()), (read.Quorum, read.Groups, read.Limits));
        Assert.True(read.IsFounder);
        foreach (string key in new[] { "joined", "caKey", "twoNodeFavoured", "allowPlainRemote", "startupGrace", "clockRateBound", "attemptDeadline", "retryMin", "retryMax", "logLevel" })
        {
            Assert.Contains($"{key}:", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_node_may_have_several_addresses_the_preferred_one_first()
    {
        const string One = "address: \"127.0.0.1:7101\"";
        DaemonConfiguration read = Parse(Good.Replace(One, "addresses: [\"10.0.0.1:7101\", \"[fd00::1]:7101\"]", StringComparison.Ordinal));
        Assert.Equal("10.0.0.1:7101, [fd00::1]:7101", string.Join(", ", read.Self.Addresses));

        Assert.Contains("nodes[1].address: is given beside 'addresses'", Refusal($"{One}, addresses: [\"10.0.0.1:7101\"]"));
        Assert.Contains("nodes[1].addresses: '10.0.0.1:7101' is given twice", Refusal("addresses: [\"10.0.0.1:7101\", \"10.0.0.1:7101\"]"));
        Assert.Contains("nodes[1].addresses: '127.0.0.1:7102' is given twice", Refusal("addresses: [\"10.0.0.1:7101\", \"127.0.0.1:7102\"]"));
        Assert.Contains("nodes[1].addresses: '10.0.0.1' is not an address", Refusal("addresses: [\"10.0.0.1\"]"));
        Assert.Contains("nodes[1].addresses: holds 0 addresses", Refusal("addresses: []"));

        string Refusal(string line) =>
            Assert.Throws<ConfigurationException>(() => Parse(Good.Replace(One, line, StringComparison.Ordinal))).Message;
    }

    [Fact]
    public void How_the_cluster_begins_can_be_said()
    {
        DaemonConfiguration read = Parse(Good + """

            quorum: { votersWanted: 3, startupFencing: ask-operator, lastManStanding: true, twoNode: true, twoNodeDelay: 3s, twoNodeFavoured: n2, noQuorum: stop }
            groups: { ackDeadline: 20s, lateMember: fence }
            limits: { eventsRetained: 2000, operationsRetained: 200 }
            """);
        Assert.Equal(
            new QuorumPolicy
            {
                VotersWanted = 3, StartupFencing = StartupFencing.AskOperator, LastManStanding = true, TwoNode = true, TwoNodeDelay = TimeSpan.FromSeconds(3),
                TwoNodeFavoured = new NodeId(2), NoQuorum = NoQuorumPolicy.Stop,
            },
            read.Quorum);
        Assert.Equal((new GroupPolicy { AckDeadline = TimeSpan.FromSeconds(20), LateMember = LateMember.Fence }, new HistoryLimits { EventsRetained = 2000, OperationsRetained = 200 }), (read.Groups, read.Limits));
        Assert.Equal(MembershipTiming.Wan, Parse(Good.Replace("timing: lan", "timing: wan", StringComparison.Ordinal)).Timing);
    }

    [Theory]
    [InlineData("quorum: { twoNodeFavoured: n9 }", "quorum.twoNodeFavoured: 'n9' is not among the nodes")]
    [InlineData("quorum: { noQuorum: panic }", "quorum.noQuorum: 'panic' is not known; write one of: freeze, stop")]
    [InlineData("quorum: { lastMan: true }", "quorum.lastMan: is not known here")]
    [InlineData("quorum: { twoNode: true, twoNodeDelay: 100ms }", "two-node delay 100 ms must be at least")]
    [InlineData("groups: { ackDeadline: 1s }", "acknowledgement deadline 1000 ms must be at least 2 ×")]
    [InlineData("limits: { eventsRetained: 5 }", "events retained 5 must lie in [1000, 1000000]")]
    public void How_a_cluster_can_not_begin_is_said_with_the_arithmetic(string line, string reason) =>
        Assert.Contains(reason, Assert.Throws<ConfigurationException>(() => Parse($"{Good}\n{line}")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_node_that_joined_may_stand_in_the_place_of_a_founder()
    {
        string joined = Good.Replace("node: n1\n", "node: n2\njoined: true\n", StringComparison.Ordinal)
            .Replace("nodes:\n", "nodes:\n  - { id: 5, name: n2, address: \"127.0.0.1:7102\" }\n", StringComparison.Ordinal);
        DaemonConfiguration read = Parse(joined);
        Assert.Equal((5u, false), (read.Self.Id, read.IsFounder));
        Assert.Throws<ConfigurationException>(() => Parse(joined.Replace("joined: true\n", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_CAs_key_may_lie_on_a_node_that_signs()
    {
        DaemonConfiguration read = Parse(Good.Replace("peerTls: plain", "peerTls: { ca: ca.crt, certificate: n1.crt, key: n1.key, caKey: ca.key }", StringComparison.Ordinal));
        Assert.Equal("/etc/cluster/ca.key", read.AuthorityKey);
        Assert.Null(Parse(Good).AuthorityKey);
    }

    [Fact]
    public void How_the_log_is_kept_can_be_set_and_has_defaults()
    {
        LogConfiguration set = Parse(Good + "\nlog: { segmentKib: 64, snapshotAfterEntries: 500, snapshotAfterKib: 128 }").Log;
        LogConfiguration otherwise = Parse(Good).Log;

        Assert.Equal((64 * 1024, 500L, 128L * 1024), (set.SegmentBytes, set.Compaction.Entries, set.Compaction.Bytes));
        Assert.Equal((16 * 1024 * 1024, new CompactionPolicy()), (otherwise.SegmentBytes, otherwise.Compaction));
    }

    [Theory]
    [InlineData("log: { segmentKib: 1 }", "log.segmentKib")]
    [InlineData("log: { snapshotAfterEntries: 0 }", "log.snapshotAfterEntries")]
    [InlineData("log: { keep: 1 }", "log.keep")]
    public void What_the_log_can_not_be_is_named(string line, string key) =>
        Assert.Contains(key, Assert.Throws<ConfigurationException>(() => Parse($"{Good}\n{line}")).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_left_out_has_defaults()
    {
        DaemonConfiguration read = Parse("""
            cluster: demo
            node: n1
            nodes: [{ id: 1, name: n1, address: "[::1]:7101" }]
            dataDirectory: /var/lib/cluster
            peerTls: plain
            """);
        Assert.Equal("127.0.0.1:7200", read.Api.Listen.ToString());
        Assert.Equal("http://127.0.0.1:7200/", read.Api.Advertise.ToString());
        Assert.Equal("/run/cluster/api.sock", read.Api.Socket);
        Assert.Equal("::1", Assert.Single(read.Self.Addresses).Host);
        Assert.Equal(FenceKind.Reboot, read.Fencing.OnDown);
        Assert.Empty(read.Devices);
    }

    [Fact]
    public void Single_timing_settings_go_over_their_profile()
    {
        DaemonConfiguration read = Parse(Good.Replace("timing: lan", "timing: { profile: fast, lease: 250ms, startupGrace: 1.5s }", StringComparison.Ordinal));
        Assert.Equal(MembershipTiming.Fast with { Lease = TimeSpan.FromMilliseconds(250), StartupGrace = TimeSpan.FromSeconds(1.5) }, read.Timing);
    }

    [Theory]
    [InlineData("node: n1", "node: n7", "node: 'n7' is not among the nodes (n1, n2)")]
    [InlineData("cluster: demo", "cluster: De mo", "cluster: 'De mo' is not a name")]
    [InlineData("cluster: demo\n", "", "cluster: is missing")]
    [InlineData("dataDirectory:", "datadirectory:", "datadirectory: is not known here; allowed: api, cluster, dataDirectory")]
    [InlineData("id: 2", "id: 1", "nodes[1].id: 1 is given twice")]
    [InlineData("id: 2", "id: 0", "nodes[0].id: '0' must be a whole number from 1")]
    [InlineData("id: 2, ", "", "nodes[0].id: is missing")]
    [InlineData("name: n2, address", "name: n1, address", "nodes[1].name: 'n1' is given twice")]
    [InlineData("127.0.0.1:7102", "127.0.0.1", "nodes[0].address: '127.0.0.1' is not an address")]
    [InlineData("127.0.0.1:7102", "127.0.0.1:7101", "is given twice")]
    [InlineData("listen: 127.0.0.1:7201", "listen: 0.0.0.0:7201", "api.listen: '0.0.0.0:7201' is not a loopback address")]
    [InlineData("listen: 127.0.0.1:7201", "listen: 7201", "api.listen: '7201' is not an address")]
    [InlineData("\"http://127.0.0.1:7201\"", "here", "api.advertise: 'here' is not a URL")]
    [InlineData("timing: lan", "timing: lam", "timing: 'lam' is not known; write lan, fast")]
    [InlineData("timing: lan", "timing: { lease: 700 }", "timing.lease: '700' must be a duration with its unit")]
    [InlineData("timing: lan", "timing: { lease: 10ms }", "the timing does not fit together: lease 10 ms must be at least")]
    [InlineData("timing: lan", "timing: { leese: 1s }", "timing.leese: is not known here")]
    [InlineData("onDown: off", "onDown: explode", "fencing.onDown: 'explode' is not known; write one of: off, reboot")]
    [InlineData("targets: [n2]", "targets: [N9]", "fencing.devices[0].targets: 'N9' is no node's name")]
    [InlineData("targets: [n2], ", "", "fencing.devices[0].targets: is missing or empty")]
    [InlineData("level: 2", "level: 10", "fencing.devices[0].level: '10' must be a whole number from 1 to 9")]
    [InlineData("agent: ipmi", "agnt: ipmi", "fencing.devices[0].agent: is missing")]
    [InlineData("user: admin", "user: [admin]", "fencing.devices[0].parameters: may hold only")]
    [InlineData("./run/n1-api.sock", "./run/very-long-socket-name-very-long-socket-name-very-long-socket-name-very-long-socket-name-very-long.sock", "api.socket: ")]
    [InlineData("peerTls: plain", "", "peerTls: is missing; write the files of this node's certificate, 'peerTls: { ca: ca.crt")]
    [InlineData("peerTls: plain", "", "or 'peerTls: plain' if whoever reaches the peer port may speak as any node")]
    [InlineData("peerTls: plain", "peerTls:", "peerTls: is missing; ")]
    [InlineData("peerTls: plain", "peerTls: off", "peerTls: is neither a mapping nor the word plain; ")]
    [InlineData("peerTls: plain", "peerTls: { ca: ca.crt, certificate: n1.crt }", "peerTls.key: is missing; name this node's private key")]
    [InlineData("peerTls: plain", "peerTls: { ca: a, certificate: b, key: c, verify: no }", "peerTls.verify: is not known here")]
    [InlineData("fencing:", "logLevel: loud\nfencing:", "logLevel: 'loud' is not known; write one of: trace, debug")]
    public void A_mistake_is_told_with_file_line_key_and_what_to_do(string from, string to, string expected)
    {
        string message = Assert.Throws<ConfigurationException>(() => Parse(Good.Replace(from, to, StringComparison.Ordinal))).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.All(message.Split('\n'), line => Assert.Matches("^/etc/cluster/n1.yaml:[0-9]+: ", line));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_in_the_order_of_the_file()
    {
        string message = Assert.Throws<ConfigurationException>(() => Parse(
            Good.Replace("cluster: demo", "cluster: Demo", StringComparison.Ordinal)
                .Replace("timing: lan", "timing: slow", StringComparison.Ordinal)
                .Replace("level: 2", "level: x", StringComparison.Ordinal))).Message;
        Assert.Equal(["1", "9", "13"], message.Split('\n').Select(line => line.Split(':')[1]));
    }

    [Theory]
    [InlineData("cluster: [")]
    [InlineData("cluster: a\ncluster: b")]
    [InlineData("just text")]
    [InlineData("")]
    [InlineData("a: 1\n---\nb: 2")]
    public void What_is_not_one_yaml_mapping_is_refused_with_the_file(string text)
    {
        string message = Assert.Throws<ConfigurationException>(() => Parse(text)).Message;
        Assert.StartsWith("/etc/cluster/n1.yaml", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_with_what_to_do()
    {
        string message = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Load("/nowhere/n1.yaml")).Message;
        Assert.Contains("Name a readable file with --config", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Listening_beyond_loopback_is_possible_when_it_is_asked_for()
    {
        DaemonConfiguration read = Parse(Good.Replace("listen: 127.0.0.1:7201", "listen: 0.0.0.0:7201, allowPlainRemote: true", StringComparison.Ordinal));
        Assert.Equal("0.0.0.0:7201", read.Api.Listen.ToString());
    }

    [Fact]
    public void Paths_of_certificates_are_taken_from_the_files_own_folder()
    {
        DaemonConfiguration read = Parse(Good.Replace("peerTls: plain", "peerTls: { ca: pki/ca.crt, certificate: pki/n1.crt, key: /k }", StringComparison.Ordinal));
        Assert.Equal(new PeerTlsFiles("/etc/cluster/pki/ca.crt", "/etc/cluster/pki/n1.crt", "/k"), read.PeerTls);
        Assert.Null(Parse(Good).PeerTls);
    }

    [Fact]
    public void Certificates_that_cannot_be_used_are_told_with_their_line()
    {
        DaemonConfiguration read = Parse(Good.Replace("peerTls: plain", "peerTls: { ca: /nowhere/ca.crt, certificate: b, key: c }", StringComparison.Ordinal));
        string message = Assert.Throws<ConfigurationException>(() => Hosting.Daemon.Create(read)).Message;
        Assert.StartsWith("/etc/cluster/n1.yaml:14: peerTls: /nowhere/ca.crt can't be read", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_the_clear_is_refused_and_never_shown()
    {
        DaemonConfiguration read = Parse(Good.Replace("file:./secrets/bmc", "hunter2", StringComparison.Ordinal));
        string message = Assert.Throws<ConfigurationException>(() => Hosting.Daemon.Create(read)).Message;
        Assert.Contains("bmc-n2", message, StringComparison.Ordinal);
        Assert.Contains("password", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }

    private static DaemonConfiguration Parse(string text) => ConfigurationFile.Parse(text, "/etc/cluster/n1.yaml");
}
