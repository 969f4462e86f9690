using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Network;

/// <summary>
/// Carries messages between hosts. At rest: in order on each link, after 0.1 to 0.6 ms. Faults lose, repeat, delay and reorder them, and cut
/// links in one or both directions. A message may outlive the process that sent it and the one it was meant for.
/// </summary>
internal sealed class Links(Timeline time, int hosts)
{
    private readonly RandomStream _random = time.Stream("network");
    private readonly int[,] _cuts = new int[hosts + 1, hosts + 1];
    private readonly double[] _heldMs = new double[hosts + 1];
    private readonly long[,] _lastArrival = new long[hosts + 1, hosts + 1];

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

    /// <summary>Whatever a host sends from now on is held up for so long on the way; 0 ends it.</summary>
    public void Hold(uint from, double milliseconds) => _heldMs[from] = milliseconds;

    public bool IsCut(uint from, uint to) => _cuts[from, to] > 0;

    /// <summary>Ends all faults but the cuts, whose makers mend them.</summary>
    public void Calm()
    {
        Loss = 0;
        Duplication = 0;
        Straying = 0;
        ExtraMs = 0;
        Array.Clear(_heldMs);
    }

    /// <summary>Has something arrive on another host, some time, once or twice or never.</summary>
    /// <param name="from">The sending host.</param>
    /// <param name="to">The receiving host.</param>
    /// <param name="arrive">What happens there.</param>
    /// <param name="heldMs">How long it is held up on the way, in milliseconds; others overtake it then.</param>
    /// <returns>False when it is lost at once.</returns>
    public bool Carry(uint from, uint to, Action arrive, double heldMs = 0)
    {
        if (IsCut(from, to) || (Loss > 0 && _random.Chance(Loss)))
        {
            return false;
        }

        Plan(from, to, arrive, heldMs + _heldMs[from]);
        if (Duplication > 0 && _random.Chance(Duplication))
        {
            Plan(from, to, arrive, heldMs + _heldMs[from]);
        }

        return true;
    }

    private void Plan(uint from, uint to, Action arrive, double heldMs)
    {
        long arrival = time.Now + _random.Ms(0.1, 0.6) + SimTime.Ms(ExtraMs);
        if (heldMs > 0)
        {
            arrival += SimTime.Ms(heldMs);
        }
        else if (Straying > 0 && _random.Chance(Straying))
        {
            arrival += _random.LogMs(1, StrayMs);
        }
        else
        {
            arrival = Math.Max(arrival, _lastArrival[from, to]);
            _lastArrival[from, to] = arrival;
        }

        time.After(arrival - time.Now, () =>
        {
            if (!IsCut(from, to))
            {
                arrive();
            }
        });
    }
}
