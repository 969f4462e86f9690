using Cluster.Benchmarks.Etcd;
using Cluster.Benchmarks.Raw;
using Cluster.ConsensusNode.Load;
string folder = Directory.CreateTempSubdirectory("bench").FullName;
Console.WriteLine(LoopbackRoundTrip.Measure(256, TimeSpan.FromSeconds(2)).Summary);
foreach (int b in new[]{4096, 256*330}) { var (l, r) = DiskSync.Measure(folder, b, TimeSpan.FromSeconds(2)); Console.WriteLine($"{b} {l.Summary} {r}"); }
Console.WriteLine(await EtcdCluster.VersionAsync());
using (var c = await EtcdCluster.StartAsync(folder)) {
 foreach (int n in new[]{1,64,256}) { var r = await EtcdLoad.RunAsync(c, new LoadRequest(n, 0, 1000, 3000)); Console.WriteLine($"{n}: {r.PerSecond:F0}/s {r.Latency} cpu {r.CpuMs}"); }
 var o = await EtcdLoad.RunAsync(c, new LoadRequest(256, 2000, 1000, 3000)); Console.WriteLine($"open 2000: {o.PerSecond:F0}/s {o.Latency} cpu {o.CpuMs}");
}
