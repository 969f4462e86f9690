namespace Cluster.Consensus.Tests.Golden;

// Letting time pass.
internal sealed partial class ScriptCluster
{
    // How it goes is the first script's subject; the others only need a leader whose first entry is committed everywhere.
    private void Elect(Member member)
    {
        Pass(200, deliver: false);
        WaitUntil(member, LogRole.PreCandidate);
        Settle();
        Assert.True(member.Node!.Status.BarrierCommitted);
        _trace.Clear();
    }

    private void Pass(int ms, bool deliver)
    {
        for (int i = 0; i < ms; i++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            foreach (Member member in _members)
            {
                Input(member, n => n.Tick(_now));
            }

            if (deliver)
            {
                Settle();
            }
        }
    }

    // Only this node gets to know that time passes.
    private void WaitUntil(Member member, LogRole role)
    {
        for (int i = 0; i < 10_000; i++)
        {
            if (member.Node!.Status.Role == role)
            {
                return;
            }

            _now += TimeSpan.FromMilliseconds(1);
            Input(member, n => n.Tick(_now));
        }

        throw new InvalidOperationException($"{member.Id} is {member.Node!.Status.Role} after 10 s, not {role}");
    }
}
