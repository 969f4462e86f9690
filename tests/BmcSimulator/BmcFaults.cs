namespace Cluster.Tests.BmcSimulator;

/// <summary>What goes wrong. May be changed while the BMC runs; each fault is off by default and deterministic.</summary>
public sealed class BmcFaults
{
    /// <summary>Answers nothing.</summary>
    public bool Silent { get; set; }

    /// <summary>Accepts power down and leaves the power on.</summary>
    public bool StaysOn { get; set; }

    /// <summary>Ignores so many orders to power down (it says that it took them), then obeys.</summary>
    public int OffOrdersLost { get; set; }

    /// <summary>How long after the order the power really goes down.</summary>
    public TimeSpan OffTakes { get; set; }

    /// <summary>Loses every n-th packet that comes in; 0 loses none.</summary>
    public int LoseEveryRequest { get; set; }

    /// <summary>Loses every n-th answer, after acting on the request; 0 loses none.</summary>
    public int LoseEveryAnswer { get; set; }

    /// <summary>Sends each answer twice.</summary>
    public bool DuplicateAnswers { get; set; }

    /// <summary>Sends the three answers before this one again, ahead of each answer.</summary>
    public bool RepeatOldAnswers { get; set; }

    /// <summary>Holds each answer back for so long.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Forgets a session after so many commands in it, without a word; 0 never.</summary>
    public int ForgetSessionAfter { get; set; }

    /// <summary>Answers so many chassis commands with "node busy".</summary>
    public int BusyAnswers { get; set; }

    /// <summary>Lets a user ask for more than it may in RAKP message 1, and refuses it only at Set Session Privilege Level.</summary>
    public bool ChecksPrivilegeLate { get; set; }

    /// <summary>Puts a wrong proof into RAKP message 4.</summary>
    public bool ForgeSessionProof { get; set; }

    /// <summary>Falsifies the authentication code of each packet of a session.</summary>
    public bool ForgeIntegrity { get; set; }

    /// <summary>Answers Get Chassis Status with a single byte that reads as "off".</summary>
    public bool CutStatusShort { get; set; }
}
