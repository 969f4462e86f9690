namespace Cluster.Locks.Mastering.Tests.Simulation;

/// <summary>
/// The connection of two members: keeps order, may break. What is under way when it breaks is lost; so is what an end sends
/// before it has noticed.
/// </summary>
internal sealed class SimulatedLink(SimulatedMember low, SimulatedMember high)
{
    public SimulatedMember Low { get; } = low;

    public SimulatedMember High { get; } = high;

    public Queue<byte[]> ToLow { get; } = new();

    public Queue<byte[]> ToHigh { get; } = new();

    public bool IsCut { get; set; }

    public bool LowMustNotice { get; set; }

    public bool HighMustNotice { get; set; }

    public void Send(SimulatedMember from, byte[] message)
    {
        bool deaf = from == Low ? LowMustNotice : HighMustNotice;
        if (!IsCut && !deaf)
        {
            (from == Low ? ToHigh : ToLow).Enqueue(message);
        }
    }

    public void Break()
    {
        ToLow.Clear();
        ToHigh.Clear();
        LowMustNotice = true;
        HighMustNotice = true;
    }
}
