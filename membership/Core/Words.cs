using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>The field's words for values that people read.</summary>
public static class Words
{
    /// <summary>The written form of an evidence, e.g. <c>observed-off</c>.</summary>
    public static string Of(Evidence evidence) => evidence switch
    {
        Evidence.LeaseExpired => "lease-expired",
        Evidence.ConfirmedByHuman => "confirmed-by-human",
        Evidence.ProcessExited => "process-exited",
        Evidence.SelfFenced => "self-fenced",
        Evidence.FabricCut => "fabric-cut",
        Evidence.ObservedOff => "observed-off",
        _ => "none",
    };

    /// <summary>The written form of what a fence operation is to do.</summary>
    public static string Of(FenceKind kind) => kind == FenceKind.Reboot ? "reboot" : "off";

    /// <summary>How long members have to acknowledge, and what becomes of late ones.</summary>
    internal static string Deadline(TimeSpan? within, LateMember late)
    {
        string span = within is { } given ? SettingsForms.Ms(given) : "the cluster's time";
        return late switch
        {
            LateMember.Expel => $"{span} (late ones are expelled)",
            LateMember.Fence => $"{span} (nodes of late ones are fenced)",
            _ => span,
        };
    }

    /// <summary>The written form of a list of nodes, e.g. <c>1 n1, 2 n2</c>.</summary>
    internal static string Of(IEnumerable<ListedNode> nodes) => string.Join(", ", nodes.Select(node => $"{node.Node} {node.Name}"));

    /// <summary>The written form of an attempt's action.</summary>
    public static string Of(AttemptAction action) => action == AttemptAction.SwitchOn ? "on" : "off";
}
