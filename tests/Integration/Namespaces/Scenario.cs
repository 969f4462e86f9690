using Cluster.Tests.Support.Network;

namespace Cluster.Integration.Tests.Namespaces;

/// <summary>One trouble: what is cut or stopped, and for how long. Who plays which part is known only when it begins.</summary>
/// <param name="Name">For the reader of the results.</param>
/// <param name="Cut">The cuts; the first number is the leader's, then the followers'.</param>
internal sealed record Scenario(string Name, Func<int[], LinkCuts> Cut)
{
    /// <summary>The nodes whose processes stand still meanwhile.</summary>
    public Func<int[], int[]> Paused { get; init; } = _ => [];

    /// <summary>How long it lasts at least. Where a node is to be declared down it lasts until that has come to pass.</summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether those that stand still are declared down for it.</summary>
    public bool PauseKills { get; init; } = true;

    public override string ToString() => Name;
}
