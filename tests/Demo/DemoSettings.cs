namespace Cluster.Tests.Demo;

/// <summary>How to run the demo.</summary>
internal sealed record DemoSettings(string? Report, bool Keep, string Stop, bool WrongBmcPassword, string Timing);
