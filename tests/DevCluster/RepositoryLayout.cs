namespace Cluster.Tests.DevCluster;

/// <summary>Where the built programs are.</summary>
public static class RepositoryLayout
{
    private const string Framework = "net10.0";

    /// <summary>The folder of <c>Cluster.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release: the configuration this program was built in.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>A built program.</summary>
    /// <exception cref="FileNotFoundException">It was not built.</exception>
    public static string Program(string project, string name)
    {
        string path = Path.Combine(Root, project, "bin", Configuration, Framework, name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{name} was not built: {path} is missing; run `dotnet build -c {Configuration} Cluster.sln`");
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no Cluster.sln above {AppContext.BaseDirectory}; run from a checkout");
    }
}
