using Cluster.Consensus;
using Cluster.Storage;

namespace Cluster.Api.Cli.Wal;

/// <summary>How kinds are called.</summary>
internal static class Words
{
    public static string Of(WalRecordKind kind) => kind switch
    {
        WalRecordKind.HardState => "vote",
        WalRecordKind.Entry => "entry",
        WalRecordKind.Truncate => "truncate",
        WalRecordKind.UseSnapshot => "snapshot",
        WalRecordKind.Mark => "mark",
        _ => "unreadable",
    };

    public static string Of(EntryKind kind) => kind switch
    {
        EntryKind.Barrier => "barrier",
        EntryKind.Command => "command",
        EntryKind.Configuration => "configuration",
        _ => $"kind {(byte)kind}",
    };
}
