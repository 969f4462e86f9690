using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Network;

/// <summary>
/// Carries messages between daemons. At rest: in order on each link, after 0.1 to 0.6 ms. Faults lose, repeat, delay and reorder them, and cut
/// links in one or both directions. A message may outlive the process that sent it and the one it was meant for.
/// </summary>
internal sealed class SimulatedNetwork(World world)
{
    private readonly RandomStream _random = world.Stream("network");
    private readonly int[,] _cuts = new int[world.Plan.NodeCount + 1, world.Plan.NodeCount + 1];
    private readonly long[,] _lastArrival = new long[world.Plan.NodeCount + 1, world.Plan.NodeCount + 1];

    /// <summary>The part of messages that is lost.</summary>
    public double Loss { get; set; }

    /// <summary>The part of messages that arrives twice.</summary>
    public double Duplication { get; set; }

    /// <summary>The part of messages that is delayed and leaves its order.</summary>
    public double Straying { get; set; }

    /// <summary>Up to how long a stray message takes, in milliseconds.</summary>
    public double StrayMs { get; set; } = 100;

    /// <summary>Added to every message, in milliseconds.</summary>
    public double ExtraMs { get; set; }

    public void Cut(uint from, uint to) => _cuts[from, to]++;

    public void Mend(uint from, uint to) => _cuts[from, to]--;

    public bool IsCut(uint from, uint to) => _cuts[from, to] > 0;

    /// <summary>Ends all faults but the cuts, whose makers mend them.</summary>
    public void Calm()
    {
        Loss = 0;
        Duplication = 0;
        Straying = 0;
        ExtraMs = 0;
    }

    public void Send(RaftMessage message)
    {
        MessageText.Mix(world.Trace, message);
        string? line = world.Trace.HasText && MessageText.IsWorthALine(message) ? MessageText.Describe(message) : null;
        Send(message.From.Value, message.To.Value, line, (core, now) => core.Receive(message, now));
    }

    public void Send(PeerMessage message)
    {
        MessageText.Mix(world.Trace, message);
        string? line = world.Trace.HasText && MessageText.IsWorthALine(message) ? MessageText.Describe(message) : null;
        Send(message.From.Value, message.To.Value, line, (core, now) => core.Receive(message, now));
    }

    private void Send(uint from, uint to, string? line, Action<ClusterNode, MonotonicTime> receive)
    {
        if (IsCut(from, to) || _random.Chance(Loss))
        {
            if (line is not null)
            {
                world.Trace.Line(from, $"lost {line}");
            }

            return;
        }

        Plan(from, to, line, receive);
        if (_random.Chance(Duplication))
        {
            Plan(from, to, line, receive);
        }
    }

    private void Plan(uint from, uint to, string? line, Action<ClusterNode, MonotonicTime> receive)
    {
        long arrival = world.Now + _random.Ms(0.1, 0.6) + SimTime.Ms(ExtraMs);
        if (_random.Chance(Straying))
        {
            arrival += _random.LogMs(1, StrayMs);
        }
        else
        {
            arrival = Math.Max(arrival, _lastArrival[from, to]);
            _lastArrival[from, to] = arrival;
        }

        world.After(arrival - world.Now, () => Arrive(from, to, line, receive));
    }

    private void Arrive(uint from, uint to, string? line, Action<ClusterNode, MonotonicTime> receive)
    {
        if (IsCut(from, to) || world.Machine(to).Daemon is not Daemon daemon)
        {
            return;
        }

        if (line is not null)
        {
            world.Trace.Line(to, $"{(daemon.Paused ? "queued" : "got")} {line}");
        }

        daemon.Input(now => receive(daemon.Core, now));
    }
}
