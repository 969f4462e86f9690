using System.Text;
using Cluster.Consensus.Tests.Support;

namespace Cluster.Consensus.Tests.Golden;

/// <summary>A few voters under one clock, whose every message and disk the script controls; writes a trace.</summary>
internal sealed partial class ScriptCluster
{
    private readonly Member[] _members;
    private readonly List<RaftMessage> _network = [];
    // Names of nodes ("3") and of directed links ("1->3").
    private readonly HashSet<string> _cut = [];
    private readonly List<string> _trace = [];
    private MonotonicTime _now = new(0);

    public ScriptCluster(int nodes, int trailingBytes = 0, int spares = 0)
    {
        var voters = new NodeId[nodes + spares];
        for (uint i = 0; i < voters.Length; i++)
        {
            voters[i] = new NodeId(i + 1);
        }

        _members = new Member[voters.Length];
        for (int i = 0; i < voters.Length; i++)
        {
            var options = new RaftOptions
            {
                Self = voters[i],
                Voters = i < nodes ? voters[..nodes] : [],
                Seed = (ulong)i + 1,
                TrailingEntries = 0,
                MaxTrailingBytes = trailingBytes,
                SnapshotChunkBytes = 4,
                MaxInflightSnapshotBytes = 8,
            };
            var node = new RaftNode(options, RecoveredLog.Empty, _now);
            _members[i] = new Member(options, node) { Told = TraceText.Of(node.Status), ToldOf = node.Configuration };
        }
    }

    public List<string> TakeTrace()
    {
        List<string> taken = [.. _trace];
        _trace.Clear();
        return taken;
    }

    public void Do(string[] words)
    {
        switch (words)
        {
            case ["elect", var node]:
                Elect(Find(node));
                break;
            case ["pass", var ms]:
                Pass(int.Parse(ms), deliver: false);
                break;
            case ["run", var ms]:
                Pass(int.Parse(ms), deliver: true);
                break;
            case ["wait", var node, "until", var role]:
                WaitUntil(Find(node), Enum.Parse<LogRole>(role));
                break;
            case ["deliver"]:
                Deliver(_ => true);
                break;
            case ["deliver", "to", var node]:
                Deliver(m => m.To == Find(node).Id);
                break;
            case ["deliver", "from", var node]:
                Deliver(m => m.From == Find(node).Id);
                break;
            case ["deliver", var link]:
                Deliver(m => $"{m.From.Value}->{m.To.Value}" == link);
                break;
            case ["settle"]:
                Settle();
                break;
            case ["drop"]:
                _network.Clear();
                break;
            case ["drop", "to", var node]:
                _network.RemoveAll(m => m.To == Find(node).Id);
                break;
            case ["repeat", var type, "to", var node]:
                Repeat(m => m.To == Find(node).Id && m.Kind.ToString() == type);
                break;
            case ["cut", var nodeOrLink]:
                _cut.Add(nodeOrLink);
                break;
            case ["heal", var nodeOrLink]:
                Assert.True(_cut.Remove(nodeOrLink));
                break;
            case ["propose", var node, var text]:
                Propose(Find(node), text);
                break;
            case ["abdicate", var node]:
                Input(Find(node), n => n.Abdicate(_now));
                break;
            case ["slow", "disk", var node]:
                Find(node).Disk.IsSlow = true;
                break;
            case ["sync", var node]:
                Sync(Find(node));
                break;
            case ["fast", "disk", var node]:
                Find(node).Disk.IsSlow = false;
                Sync(Find(node));
                break;
            case ["crash", var node]:
                Crash(Find(node));
                break;
            case ["restart", var node]:
                Restart(Find(node));
                break;
            default:
                if (DoMore(words) || DoChange(words))
                {
                    break;
                }

                throw new FormatException($"no such step: {string.Join(' ', words)}");
        }
    }

    private Member Find(string node) => _members[int.Parse(node) - 1];

    private void Deliver(Predicate<RaftMessage> which)
    {
        List<RaftMessage> taken = _network.FindAll(which);
        _network.RemoveAll(which);
        foreach (RaftMessage message in taken)
        {
            Member target = _members[message.To.Value - 1];
            Input(target, n => n.Receive(message, _now));
        }
    }

    private void Settle()
    {
        for (int round = 0; _network.Count > 0; round++)
        {
            Assert.True(round < 1_000, "the network does not settle");
            Deliver(_ => true);
        }
    }

    private void Repeat(Predicate<RaftMessage> which)
    {
        List<RaftMessage> found = _network.FindAll(which);
        Assert.NotEmpty(found);
        _network.AddRange(found);
    }

    private void Propose(Member member, string text)
    {
        Input(member, n =>
        {
            if (!n.TryPropose(Encoding.UTF8.GetBytes(text), _now, out _))
            {
                Trace($"{member.Id.Value} refuses the proposal");
            }

            n.Flush(_now);
        });
    }

    private void Sync(Member member)
    {
        ulong ticket = member.Disk.Sync();
        if (ticket > 0)
        {
            Trace($"{member.Id.Value} has synced");
            Input(member, n => n.Persisted(ticket, _now));
        }
    }

    private static void Crash(Member member)
    {
        member.Node = null;
        member.Disk.Crash();
        member.Saves.Clear();
        member.State = "";
        member.Applied = LogIndex.Zero;
    }

    private void Restart(Member member)
    {
        member.Node = new RaftNode(member.Options, member.Disk.Recovered, _now);
        member.Told = "";
        Input(member, n => n.Tick(_now));
    }

    private void Input(Member member, Action<RaftNode> input)
    {
        if (member.Node is not { } node)
        {
            return;
        }

        input(node);
        CarryOut(member, node);
    }

    private void CarryOut(Member member, RaftNode node)
    {
        uint id = member.Id.Value;
        string told = TraceText.Of(node.Status);
        if (told != member.Told)
        {
            member.Told = told;
            Trace($"{id} {told}");
        }

        TellConfiguration(member, node);

        foreach (LogWrite write in node.Effects.Writes)
        {
            Trace($"{id} writes {TraceText.Of(write)}");
            member.Disk.Write(write);
        }

        foreach (RaftMessage message in node.Effects.Messages)
        {
            Post(message);
        }

        CarryOutSnapshots(member, node.Effects);

        foreach (LogEntry entry in node.Effects.Committed)
        {
            Trace($"{id} commits {TraceText.Of(entry)}");
        }

        node.Effects.Clear();
        if (!member.Disk.IsSlow && member.Disk.Sync() is > 0 and var ticket)
        {
            node.Persisted(ticket, _now);
            CarryOut(member, node);
        }

        if (!member.SavesSlowly && member.Saves.Count > 0)
        {
            FinishSaves(member, areSaved: true);
        }
    }

    private void Post(in RaftMessage message)
    {
        string from = $"{message.From.Value}";
        string to = $"{message.To.Value}";
        bool isCut = _cut.Contains(from) || _cut.Contains(to) || _cut.Contains($"{from}->{to}");
        Trace(TraceText.Of(message) + (isCut ? " (lost)" : ""));
        if (!isCut)
        {
            _network.Add(message);
        }
    }

    private void Trace(string line) => _trace.Add($"{_now.Nanoseconds / 1_000_000,5} ms  {line}");

    private sealed class Member(RaftOptions options, RaftNode node)
    {
        public RaftOptions Options { get; } = options;

        public NodeId Id => Options.Self;

        public MemoryDisk Disk { get; } = new();

        public RaftNode? Node { get; set; } = node;

        public string Told { get; set; } = "";

        public ClusterConfiguration ToldOf { get; set; } = ClusterConfiguration.Empty;

        public string State { get; set; } = "";

        public LogIndex Applied { get; set; }

        public bool SavesSlowly { get; set; }

        public List<Snapshot> Saves { get; } = [];
    }
}
