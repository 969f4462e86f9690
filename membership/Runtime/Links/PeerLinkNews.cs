using Cluster.Consensus;
using Cluster.Runtime.Wire;
using Cluster.Transport;
using Cluster.Transport.Security;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.Links;

/// <summary>What is done when a connection to a peer is made or ends, and what is told of it. On threads of the pool.</summary>
internal sealed class PeerLinkNews(NodeId self, ILogger logger)
{
    private static readonly TimeSpan s_expiresSoon = TimeSpan.FromDays(30);

    /// <summary>The certificate files were read, or could not be.</summary>
    public void Changed(PeerCredentials credentials, CredentialsChange change)
    {
        if (change.Problem is { } problem)
        {
            RuntimeLog.CertificateUnusable(logger, change.NotAfter, problem);
        }
        else
        {
            RuntimeLog.SecuredLinks(logger, credentials.Self.ToString(), change.NotAfter);
        }

        if (change.NotAfter - DateTimeOffset.UtcNow < s_expiresSoon)
        {
            RuntimeLog.CertificateExpires(logger, change.NotAfter);
        }
    }

    /// <summary>A connection over a path was made, is over, or could not be made. On threads of the pool.</summary>
    public void Changed(PeerLink? peer, PeerPath path, LinkStatus status)
    {
        if (peer is not null && status.Priority == LinkPriority.Urgent)
        {
            if (status is { IsConnected: true, RemoteEndPoint: { } remote })
            {
                peer.Pulse.SetPath(path.Number, remote, status.LocalEndPoint);
                path.Link.TrySend(PeerCodec.Encode(self, peer.Node.Id, peer.Pulse.Offer), LinkPriority.Urgent);
                if (peer.Paths.Count > 1)
                {
                    // Where traffic may move to at any time.
                    path.Connect(LinkPriority.Bulk);
                }
            }
            else if (status is { IsConnected: false, QueuedFrames: 0 })
            {
                // Pulses may be all that is said, and they need nothing of it; but votes will.
                path.Connect(LinkPriority.Urgent);
            }
        }

        Tell(peer, path, status);
    }

    /// <summary>One line for each change, not for each attempt.</summary>
    private void Tell(PeerLink? peer, PeerPath path, LinkStatus status)
    {
        string? news = status.IsConnected ? "connected" : status.LastError;
        if (!path.IsNews(status.Priority, news))
        {
            return;
        }

        string link = $"{status.Priority} link to {peer?.Node.Name ?? "node " + status.Remote}";
        if (status.IsConnected)
        {
            RuntimeLog.LinkUp(logger, link, path.Address.ToString());
        }
        else
        {
            RuntimeLog.LinkDown(logger, link, status.LastError ?? "closed");
        }
    }
}
