namespace Cluster.Api.Server.Cluster;

/// <summary>Events after the position asked for are not retained any more.</summary>
internal sealed class EventsGoneException() : Exception("the events asked for are not retained any more");
