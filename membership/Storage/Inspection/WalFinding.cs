namespace Cluster.Storage;

/// <summary>Something that is not as it was written, or worth knowing.</summary>
/// <param name="Severity">Whether it is damage.</param>
/// <param name="File">The file.</param>
/// <param name="Offset">Where in it, in bytes.</param>
/// <param name="Text">What is found there.</param>
/// <param name="WayOut">What to do.</param>
public sealed record WalFinding(WalSeverity Severity, string File, long Offset, string Text, string WayOut);
