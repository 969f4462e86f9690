namespace Cluster.Transport;

/// <summary>What arrived is no sequence of frames: a failed check, a length out of bounds, an end in the middle.</summary>
public sealed class FrameException(string message) : IOException(message);
