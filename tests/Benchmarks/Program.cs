using Cluster.Benchmarks.Consensus;
using Cluster.Benchmarks.Detection;
using Cluster.Benchmarks.Scale;

const string Usage = "usage: cluster-bench consensus|detection|scale [OPTIONS]; --help after one of them for its options";
try
{
    switch (args)
    {
        case ["consensus", ..]:
            BenchOptions consensus = BenchOptions.Parse(args[1..]);
            return consensus.Help ? Help(BenchOptions.Usage) : await ConsensusBenchmark.RunAsync(consensus);
        case ["detection", ..]:
            DetectionOptions detection = DetectionOptions.Parse(args[1..]);
            return detection.Help ? Help(DetectionOptions.Usage) : await DetectionBenchmark.RunAsync(detection);
        case ["scale", ..]:
            ScaleOptions scale = ScaleOptions.Parse(args[1..]);
            return scale.Help ? Help(ScaleOptions.Usage) : await ScaleBenchmark.RunAsync(scale);
        case ["--help" or "-h"]:
            return Help(Usage);
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (FormatException e)
{
    string usage = args[0] switch { "detection" => DetectionOptions.Usage, "scale" => ScaleOptions.Usage, _ => BenchOptions.Usage };
    Console.Error.WriteLine($"cluster-bench: {e.Message}\n{usage}");
    return 2;
}
catch (Exception e) when (e is IOException or TimeoutException or InvalidOperationException)
{
    Console.Error.WriteLine($"cluster-bench: {e.Message}");
    return 1;
}

static int Help(string text)
{
    Console.WriteLine(text);
    return 0;
}
