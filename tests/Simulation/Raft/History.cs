using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>
/// What clients asked for and were told, for the checks that only an outside observer can make: what was acknowledged has its effect exactly once and
/// after everything that was acknowledged before it was asked for; a read sees all that anybody was told before it was asked for.
/// </summary>
internal sealed class History(RaftWorld world)
{
    private readonly Dictionary<(uint Client, ulong Sequence), LogIndex> _askedAfter = [];

    /// <summary>The greatest index whose effect anybody outside was told of.</summary>
    public LogIndex Told { get; private set; }

    /// <summary>How many requests were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>How many reads were answered.</summary>
    public int Reads { get; private set; }

    /// <summary>A client asks for something for the first time.</summary>
    public void Asked(uint client, ulong sequence) => _askedAfter.Add((client, sequence), Told);

    /// <summary>A client is told that its request has been decided.</summary>
    public void Acknowledge(RaftProcess by, uint client, ulong sequence, LogIndex index)
    {
        LogIndex effect = world.Checks.Truth.EffectOf(client, sequence);
        if (effect == LogIndex.Zero || effect > index)
        {
            throw new ViolationException(
                "exactly once", $"{by.Host.Name} acknowledges request {sequence} of client {client} at {index}, where it had no effect");
        }

        LogIndex floor = _askedAfter[(client, sequence)];
        if (effect <= floor)
        {
            throw new ViolationException(
                "linearizability",
                $"request {sequence} of client {client} took effect at {effect}, before it was asked for: by then clients had been told of {floor}");
        }

        Acknowledged++;
        Tell(effect);
    }

    /// <summary>A client is answered a read that it had asked for when clients had been told of <paramref name="floor"/>.</summary>
    public void AnswerRead(RaftProcess by, LogIndex floor)
    {
        if (by.State.Applied < floor)
        {
            throw new ViolationException(
                "linearizability", $"a read at {by.Host.Name} sees the state as of {by.State.Applied}; when it was asked for, clients had been told of {floor}");
        }

        Reads++;
        Tell(by.State.Applied);
    }

    private void Tell(LogIndex index) => Told = index > Told ? index : Told;
}
