namespace Cluster.Tests.BmcSimulator;

/// <summary>What the simulated BMC switches.</summary>
public interface IPowerSwitch
{
    /// <summary>Whether the power is on.</summary>
    bool IsOn();

    /// <summary>Switches the power.</summary>
    void Set(bool on);
}
