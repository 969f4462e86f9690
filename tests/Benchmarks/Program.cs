using Cluster.ConsensusNode.Driving;
using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Load;
using Cluster.Benchmarks.Raw;
string folder = Directory.CreateTempSubdirectory("bench").FullName;
Console.WriteLine("rtt " + LoopbackRoundTrip.Measure(256, TimeSpan.FromSeconds(1)).Summary);
foreach (int b in new[]{4096, 256*330}) { var (l, r) = DiskSync.Measure(folder, b, TimeSpan.FromSeconds(1)); Console.WriteLine($"{b} {l.Summary} {r}"); }
using NodeGroup group = new(folder, 3, args.Skip(1).ToArray());
group.Start();
var leader = await group.LeaderAsync();
foreach (var n in args[0].Split(','))
{
    var all = group.ProcessorTime;
    var load = n.Split('@');
    var r = (await leader.AskAsync(new ControlRequest("load") { Load = new LoadRequest(int.Parse(load[0]), load.Length > 1 ? int.Parse(load[1]) : 0, 2000, 4000) })).Load!;
    Console.WriteLine($"{n}: {r.PerSecond:F0}/s {r.Latency} alloc/c {r.AllocatedBytes / Math.Max(1, r.Commits)} cpu us/c {r.CpuMs * 1000 / Math.Max(1, r.Commits):F1} all {(group.ProcessorTime - all).TotalMilliseconds:F0} ms, syncs {r.Syncs} refused {r.Refused}");
}
foreach (var s in await group.AgreedAsync()) { Console.WriteLine(s); }
group.Dispose();
foreach (var n in group.Nodes) { Console.WriteLine(n.Errors); }
Directory.Delete(folder, true);
