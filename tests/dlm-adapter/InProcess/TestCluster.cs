using Cluster.Locks.Contract;
using Cluster.Locks.Tests.Support;

namespace Cluster.Locks.InProcess.Tests;

/// <summary>A lock space over several members in this process.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private TestCluster()
    {
    }

    public FakeCluster Cluster { get; } = new();

    public List<TestMember> Members { get; } = [];

    public TestMember this[int index] => Members[index];

    public static async Task<TestCluster> StartAsync(int members)
    {
        TestCluster cluster = new();
        for (int i = 0; i < members; i++)
        {
            await cluster.AddAsync();
        }

        await cluster.UntilReadyAsync();
        return cluster;
    }

    public async Task<TestMember> AddAsync()
    {
        TestMember member = await TestMember.JoinAsync(Cluster, $"n{Members.Count + 1}");
        Members.Add(member);
        return member;
    }

    /// <summary>Ends when all members that are left have recovered and grant.</summary>
    public async Task UntilReadyAsync()
    {
        await Eventually.Holds(() => Cluster.IsReady("s", Members.Count), $"{Members.Count} members ready", Describe);
        await Eventually.Holds(
            () => Members.TrueForAll(m => m.Space.Status.State == LockSpaceState.Granting), "all members granting", Describe);
    }

    /// <summary>The member's machine dies and is declared down; the others' group stops.</summary>
    public async Task KillAsync(TestMember victim)
    {
        await victim.DieAsync();
        Members.Remove(victim);
        Cluster.DeclareDown(victim.Node);
        await Eventually.Holds(
            () => Members.TrueForAll(m => m.Space.Status.State == LockSpaceState.Stopped), "the survivors to stop", Describe);
    }

    public string Describe() =>
        Cluster.Describe() + Environment.NewLine
        + string.Join(Environment.NewLine, Members.Select(m => $"{m.Node.Name} {m.Space.Member}: {m.Space.Status}{Environment.NewLine}{m.Logger}"));

    public async ValueTask DisposeAsync()
    {
        foreach (TestMember member in Members)
        {
            await member.DisposeAsync();
        }
    }
}
