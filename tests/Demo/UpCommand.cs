using Cluster.Tests.DevCluster;

namespace Cluster.Tests.Demo;

/// <summary><c>./cluster up</c>: the development cluster in the foreground.</summary>
internal static class UpCommand
{
    public static async Task<int> RunAsync(string timing, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("cluster-up-").FullName;
        try
        {
            LocalCluster cluster = await LocalCluster
                .StartAsync(new LocalClusterOptions { Folder = folder, Timing = timing }, cancellation).ConfigureAwait(false);
            await using (cluster.ConfigureAwait(false))
            {
                using ClusterApi api = new(cluster.Nodes);
                await ClusterForming.WaitAsync(cluster, api, [LocalCluster.UserSpaceSpace], cancellation).ConfigureAwait(false);
                PrintAddresses(cluster);
                Console.WriteLine("Ctrl-C stops it.");
                try
                {
                    await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    Console.WriteLine("stopping");
                }

                await cluster.ShutdownAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
            }

            return 0;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // A terminal's Ctrl-C also ends the BMCs under the command's hands, so that anything may fail then.
            return 0;
        }
        catch (DemoFailedException failure)
        {
            Console.Error.WriteLine($"cluster up: {failure.Message}; logs: {folder}");
            folder = "";
            return 1;
        }
        finally
        {
            if (folder.Length > 0)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    public static void PrintAddresses(LocalCluster cluster)
    {
        foreach (NodeDefinition node in cluster.Nodes)
        {
            Console.WriteLine($"  {node.Name}  {node.ApiUrl}v1/cluster  lockd {node.LockdSocket}  log {Path.Combine(node.Folder, "clusterd.log")}");
        }

        string clusterctl = Path.GetRelativePath(Environment.CurrentDirectory, RepositoryLayout.Program("api/Cli", "clusterctl"));
        Console.WriteLine($"  try: {clusterctl} --endpoint {cluster.Nodes[0].ApiUrl.GetLeftPart(UriPartial.Authority)} status");
    }
}
