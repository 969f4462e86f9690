namespace Cluster.Transport;

/// <summary>
/// Decides about a peer whose hello fits, and again for one that stands when <see cref="LinkListener.ReconsiderAsync"/> asks: null admits
/// it, a text refuses it and is sent to it. Must be cheap.
/// </summary>
public delegate string? LinkAdmission(LinkPeer peer);
