using System.Net;
using System.Net.Sockets;
using Cluster.Transport;
using Cluster.Transport.Pulse;

namespace Cluster.Runtime.Links;

/// <summary>The sockets at which this node listens for its peers, one for each of its addresses. Changed by one thread at a time.</summary>
/// <param name="options">Settings of links.</param>
/// <param name="receiver">Takes what arrives at any of them.</param>
/// <param name="pulse">Listens for pulses at the same addresses.</param>
/// <param name="noPulse">Told why it does not at one of them.</param>
internal sealed class PeerListeners(LinkOptions options, ILinkReceiver receiver, PulseHub pulse, Action<string> noPulse) : IAsyncDisposable
{
    private Entry[] _entries = [];

    /// <summary>Where this node listens.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. Volatile.Read(ref _entries).Select(entry => (IPEndPoint)entry.Listener.EndPoint)];

    /// <summary>The nodes whose urgent connection to this one stands.</summary>
    public IReadOnlySet<uint> Heard => Volatile.Read(ref _entries).SelectMany(static entry => entry.Listener.Peers)
        .Where(static peer => peer.Priority == LinkPriority.Urgent).Select(static peer => peer.Node).ToHashSet();

    /// <summary>Listens at one more address.</summary>
    /// <exception cref="IOException">It can't.</exception>
    public void Add(PeerAddress address)
    {
        var listener = LinkListener.Start(options, PeerEndPoint.ToListenAt(address), receiver);
        Volatile.Write(ref _entries, [.. _entries, new Entry(address, listener)]);
        if (pulse.Listen((IPEndPoint)listener.EndPoint) is { } problem)
        {
            noPulse(problem);
        }
    }

    /// <summary>
    /// Listens at the addresses given and no others. An address that can't be listened at (its interface is gone, most likely) is told and tried again with
    /// the next change: the others still serve.
    /// </summary>
    public async Task UpdateAsync(IReadOnlyList<PeerAddress> addresses, Action<PeerAddress, string> failed)
    {
        Entry[] over = [.. _entries.Where(entry => !addresses.Contains(entry.Address))];
        Volatile.Write(ref _entries, [.. _entries.Except(over)]);
        foreach (Entry entry in over)
        {
            pulse.StopListening((IPEndPoint)entry.Listener.EndPoint);
        }

        await DisposeAsync(over).ConfigureAwait(false);
        foreach (PeerAddress address in addresses)
        {
            if (Array.Exists(_entries, entry => entry.Address == address))
            {
                continue;
            }

            try
            {
                Add(address);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                failed(address, e.Message);
            }
        }
    }

    /// <summary>Has all connections asked about again.</summary>
    public async Task ReconsiderAsync()
    {
        foreach (Entry entry in Volatile.Read(ref _entries))
        {
            await entry.Listener.ReconsiderAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await DisposeAsync(_entries).ConfigureAwait(false);

    private static Task DisposeAsync(IEnumerable<Entry> entries) =>
        Task.WhenAll(entries.Select(entry => entry.Listener.DisposeAsync().AsTask()));

    private sealed record Entry(PeerAddress Address, LinkListener Listener);
}
