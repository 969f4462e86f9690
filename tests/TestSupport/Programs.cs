namespace Cluster.Tests.Support;

/// <summary>Programs that a test needs and that may not be installed.</summary>
public static class Programs
{
    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/usr/bin"];

    /// <summary>Where a program is; null when it is not installed.</summary>
    public static string? Find(string name) =>
        Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Whether all of them are installed.</summary>
    public static bool Installed(params string[] names) => names.All(name => Find(name) is not null);

    /// <summary>Why a test is skipped, for the reader of the results.</summary>
    public static string Missing(params string[] names) =>
        $"not installed: {string.Join(", ", names.Where(name => Find(name) is null))}";
}
