namespace Cluster.Benchmarks.Detection;

/// <summary>Three nodes of one system in network namespaces.</summary>
internal interface IDetectionRig : IAsyncDisposable
{
    string System { get; }

    string Setting { get; }

    /// <summary>Kills a node (SIGKILL), waits until every survivor was told, brings it back, and waits until all is as before.</summary>
    /// <returns>Milliseconds from the kill to the event, survivor by survivor.</returns>
    /// <exception cref="TimeoutException">It did not come to pass.</exception>
    Task<double[]> KillAsync(bool leader, CancellationToken cancellation);

    /// <summary>Does nothing for so long and looks at what was declared down.</summary>
    Task<FalseDownRow> WatchAsync(string load, TimeSpan duration, CancellationToken cancellation);
}
