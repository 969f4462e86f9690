namespace Cluster.Tests.Support;

/// <summary>What came of a process.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Error);
