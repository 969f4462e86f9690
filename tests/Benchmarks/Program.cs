using Cluster.Benchmarks.Consensus;

const string Usage = "usage: cluster-bench consensus [OPTIONS]; --help for all";
try
{
    if (args is not ["consensus", ..])
    {
        Console.Error.WriteLine(Usage);
        return args is ["--help"] ? 0 : 2;
    }

    BenchOptions options = BenchOptions.Parse(args[1..]);
    if (options.Help)
    {
        Console.WriteLine(BenchOptions.Usage);
        return 0;
    }

    return await ConsensusBenchmark.RunAsync(options);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"cluster-bench: {e.Message}\n{BenchOptions.Usage}");
    return 2;
}
catch (Exception e) when (e is IOException or TimeoutException or InvalidOperationException)
{
    Console.Error.WriteLine($"cluster-bench: {e.Message}");
    return 1;
}
