namespace Cluster.Consensus.Tests.Golden;

// Steps about who takes part and who leads.
internal sealed partial class ScriptCluster
{
    // Messages that are held up on their way.
    private readonly List<RaftMessage> _kept = [];

    private bool DoChange(string[] words)
    {
        switch (words)
        {
            case ["change", var node, .. var steps]:
                Change(Find(node), [.. steps.Chunk(2).Select(Step)]);
                return true;
            case ["retime", var node, var heartbeatMs, var minMs, var maxMs]:
                Input(Find(node), n => n.Retime(new RaftTiming(Ms(heartbeatMs), Ms(minMs), Ms(maxMs)), _now));
                return true;
            case ["note", var node, "against", var other, "attempt", var attempt]:
                Input(Find(node), n => n.NoteStandoff(new Standoff(Find(other).Id, ulong.Parse(attempt)), _now));
                return true;
            case ["alone", var node, "without", var other]:
                Input(Find(node), n =>
                {
                    if (!n.TryGoAlone(Find(other).Id, _now, out string refusal))
                    {
                        Trace($"{node} refuses: {refusal}");
                    }
                });
                return true;
            case ["transfer", var node, "to", var successor]:
                Input(Find(node), n =>
                {
                    if (!n.TryTransfer(Find(successor).Id, _now, out string refusal))
                    {
                        Trace($"{node} refuses: {refusal}");
                    }
                });
                return true;
            case ["keep", var kind, "to", var node]:
                Keep(m => m.To == Find(node).Id && m.Kind.ToString() == kind);
                return true;
            case ["deliver", "kept"]:
                _network.AddRange(_kept);
                _kept.Clear();
                Deliver(_ => true);
                return true;
            default:
                return false;
        }
    }

    private static TimeSpan Ms(string ms) => TimeSpan.FromMilliseconds(int.Parse(ms));

    // For example "promote 4", or "promote 4×2" with two votes.
    private static ConfigurationStep Step(string[] words)
    {
        int[] numbers = [.. words[1].Split('×').Select(int.Parse)];
        var kind = Enum.Parse<ConfigurationStepKind>(words[0], ignoreCase: true);
        return new ConfigurationStep(kind, new NodeId((uint)numbers[0]), numbers is [_, var votes] ? votes : 1);
    }

    private void Change(Member member, ConfigurationStep[] steps) => Input(member, n =>
    {
        if (!n.TryChangeConfiguration(new ConfigurationChange(steps), _now, out _, out string refusal))
        {
            Trace($"{member.Id.Value} refuses: {refusal}");
        }
    });

    private void Keep(Predicate<RaftMessage> which)
    {
        _kept.AddRange(_network.FindAll(which));
        Assert.NotEmpty(_kept);
        _network.RemoveAll(which);
    }

    private void TellConfiguration(Member member, RaftNode node)
    {
        if (!node.Configuration.Equals(member.ToldOf))
        {
            member.ToldOf = node.Configuration;
            Trace($"{member.Id.Value} goes by {node.Configuration}");
        }
    }
}
