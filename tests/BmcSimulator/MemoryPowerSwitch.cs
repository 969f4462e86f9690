namespace Cluster.Tests.BmcSimulator;

/// <summary>A switch that switches nothing but itself.</summary>
public sealed class MemoryPowerSwitch(bool on) : IPowerSwitch
{
    private volatile bool _on = on;

    /// <inheritdoc />
    public bool IsOn() => _on;

    /// <inheritdoc />
    public void Set(bool on) => _on = on;
}
