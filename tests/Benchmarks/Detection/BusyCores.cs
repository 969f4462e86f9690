using System.Diagnostics;
using System.Globalization;

namespace Cluster.Benchmarks.Detection;

/// <summary>Keeps every core busy with a process of usual priority each. They end by themselves when this process does.</summary>
internal sealed class BusyCores : IDisposable
{
    private readonly List<Process> _processes = [];

    public BusyCores()
    {
        string loop = string.Create(CultureInfo.InvariantCulture, $"while [ -d /proc/{Environment.ProcessId} ]; do :; done");
        for (int core = 0; core < Environment.ProcessorCount; core++)
        {
            _processes.Add(Process.Start("/bin/sh", ["-c", loop]));
        }
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
