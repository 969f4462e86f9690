using Cluster.Simulation.Holders;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>S6: on one resource, a later grant's token is greater.</summary>
internal sealed class TokenChecker(World world) : Checker(world)
{
    private readonly SortedDictionary<string, ulong[]> _newest = new(StringComparer.Ordinal);

    public override string Rule => "S6";

    public override void Granted(ToyLockHolder holder, int resource, ulong token)
    {
        if (!_newest.TryGetValue(holder.Group, out ulong[]? tokens))
        {
            tokens = new ulong[ToyLockHolder.Resources];
            _newest.Add(holder.Group, tokens);
        }

        if (token <= tokens[resource])
        {
            Fail($"{holder.Endpoint} grants {holder.Group}/{resource} with token {token} after {tokens[resource]}");
        }

        tokens[resource] = token;
    }
}
