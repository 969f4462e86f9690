using System.Diagnostics.Metrics;

namespace Cluster.Runtime.Metrics;

/// <content>Peers, and each path to them.</content>
internal sealed partial class RuntimeMetrics
{
    private void ObservePeers(NodeRuntime runtime)
    {
        _meter.CreateObservableGauge(
            "cluster.peer.connected",
            () => runtime.Peers.Select(peer => Of(peer, peer.IsConnected ? 1 : 0)),
            null,
            "1 while the urgent connection to a peer stands, over any path");
        _meter.CreateObservableCounter(
            "cluster.peer.pulses.received", () => runtime.Peers.Select(peer => Of(peer, peer.PulsesReceived)), null, "Datagrams of a peer that were taken");
        _meter.CreateObservableCounter(
            "cluster.peer.pulses.refused",
            () => runtime.Peers.Select(peer => Of(peer, peer.PulsesRefused)),
            null,
            "Datagrams in a peer's name that were not its own, or had been here before");
        Path("cluster.peer.path.connected", "1 while the urgent connection over a path to a peer stands", path => path.IsConnected ? 1 : 0);
        Path("cluster.peer.path.used", "1 on the path to a peer that carries what goes over one path only", path => path.IsUsed ? 1 : 0);
        PathSum("cluster.peer.path.connects", null, "Connections made over a path to a peer", path => path.Connects);
        PathSum("cluster.peer.path.sent", "By", "Bytes sent over a path to a peer", path => path.BytesSent);
        PathSum("cluster.peer.path.pulses.sent", null, "Datagrams sent over a path to a peer", path => path.PulsesSent);
        PathSum(
            "cluster.peer.path.errors", null, "Messages to a peer that were dropped here or that the operating system did not take",
            path => path.FramesDropped + path.PulseErrors);
        PathTime("cluster.peer.path.heard.age", "Time since a peer was last heard to have received a pulse over a path; absent when it never was", path => path.LastHeard);
        PathTime("cluster.peer.path.round.trip", "How long the last such pulse and its answer were under way", path => path.RoundTrip);
        Gauge(
            "cluster.pulse.realtime",
            () => runtime.IsPulseRealtime ? 1 : 0,
            "1 when the pulse thread runs before what has no deadline; 0 when the kernel does not permit that (CAP_SYS_NICE)");
        Counter("cluster.pulse.strangers", () => runtime.StrangePulses, null, "Datagrams that came in the name of no peer");

        void Path(string name, string description, Func<PeerPathStatus, long> value) =>
            _meter.CreateObservableGauge(name, () => Paths(path => (long?)value(path)), null, description);

        void PathSum(string name, string? unit, string description, Func<PeerPathStatus, long> value) =>
            _meter.CreateObservableCounter(name, () => Paths(path => (long?)value(path)), unit, description);

        void PathTime(string name, string description, Func<PeerPathStatus, TimeSpan?> value) =>
            _meter.CreateObservableGauge(name, () => Paths(path => value(path)?.TotalSeconds), "s", description);

        IEnumerable<Measurement<T>> Paths<T>(Func<PeerPathStatus, T?> value)
            where T : struct
        {
            foreach (PeerLinkStatus peer in runtime.Peers)
            {
                foreach (PeerPathStatus path in peer.Paths)
                {
                    if (value(path) is { } known)
                    {
                        yield return new Measurement<T>(known, new("peer", peer.Name), new("address", path.Address.ToString()));
                    }
                }
            }
        }
    }

    private static Measurement<long> Of(PeerLinkStatus peer, long value) => new(value, new KeyValuePair<string, object?>("peer", peer.Name));
}
