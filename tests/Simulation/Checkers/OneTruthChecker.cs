using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;
using Google.Protobuf;

namespace Cluster.Simulation.Checkers;

/// <summary>S1: every process of every node shows one and the same sequence of events from its beginning, without gap or repeat.</summary>
internal sealed class OneTruthChecker(World world) : Checker(world)
{
    private readonly List<byte[]> _events = [];
    private readonly SortedDictionary<(uint, int), int> _shown = [];
    private EventPosition _last;

    public override string Rule => "S1";

    public int Count => _events.Count;

    public int ShownBy(Daemon daemon) => _shown.GetValueOrDefault((daemon.Machine.Number, daemon.Life));

    /// <returns>True when nobody had shown this event before.</returns>
    public bool Observe(Daemon at, ClusterEvent clusterEvent)
    {
        int place = ShownBy(at);
        byte[] bytes = clusterEvent.ToByteArray();
        bool first = place == _events.Count;
        if (!first)
        {
            if (!bytes.AsSpan().SequenceEqual(_events[place]))
            {
                Fail(
                    $"event number {place + 1} at {at.Machine.Name} is {clusterEvent}, elsewhere it was {ClusterEvent.Parser.ParseFrom(_events[place])}");
            }
        }
        else
        {
            EventPosition position = EventLog.PositionOf(clusterEvent);
            if (position <= _last)
            {
                Fail($"{at.Machine.Name} shows an event at {position} after one at {_last}");
            }

            _last = position;
            _events.Add(bytes);
            World.Trace.Mix(bytes);
        }

        _shown[(at.Machine.Number, at.Life)] = place + 1;
        return first;
    }
}
