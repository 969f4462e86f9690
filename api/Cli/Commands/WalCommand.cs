using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Wal;
using Cluster.Storage;

namespace Cluster.Api.Cli.Commands;

/// <summary><c>clusterctl wal check|dump DIR</c>: looks at a data folder without a daemon, and changes nothing in it.</summary>
internal sealed class WalCommand(CommonOptions common, CliConsole console)
{
    private const string Codes = "Ends with 0 when the log is sound, with 1 when it is damaged, with 2 when there is no log or it can't be read.";

    private readonly Argument<string> _directory = new("DIR") { Description = "A daemon's data folder, or the log folder in it." };

    private readonly Option<ulong?> _from = new("--from") { Description = "Only records about this index and later ones.", HelpName = "INDEX" };

    private readonly Option<ulong?> _to = new("--to") { Description = "Only records about this index and earlier ones.", HelpName = "INDEX" };

    public Command Build()
    {
        var check = new Command("check", $"Tell what is in a log, what is wrong with it and what to do. {Codes}") { _directory };
        check.SetAction(result => Guard(() => Check(result)));
        var dump = new Command("dump", $"Show the records of a log in the order in which they were written, damage between them. {Codes}")
        {
            _directory,
            _from,
            _to,
        };
        dump.SetAction(result => Guard(() => Dump(result)));
        return new Command("wal", "Look at the log in a data folder: offline, read-only, also while a daemon has it open.") { check, dump };
    }

    private int Check(ParseResult result)
    {
        WalReport report = WalInspector.Inspect(result.GetValue(_directory)!);
        if (result.GetValue(common.Json))
        {
            console.Out.WriteLine(WalJson.Of(report));
        }
        else
        {
            WalScreen.Write(console.Out, report);
        }

        return report.IsSound ? ExitCode.Ok : ExitCode.Refused;
    }

    private int Dump(ParseResult result)
    {
        ulong from = result.GetValue(_from) ?? 0;
        ulong to = result.GetValue(_to) ?? ulong.MaxValue;
        if (from > to)
        {
            throw new CliException(ExitCode.Usage, $"records from {from} to {to} were asked for: --from must not be greater than --to.");
        }

        bool all = from == 0 && to == ulong.MaxValue;
        bool json = result.GetValue(common.Json);
        bool damaged = false;
        foreach (WalRecord record in WalInspector.Read(result.GetValue(_directory)!))
        {
            damaged |= record.Kind == WalRecordKind.Unreadable;
            bool hasIndex = record.Kind is WalRecordKind.Entry or WalRecordKind.Truncate or WalRecordKind.UseSnapshot;
            if (all || record.Kind == WalRecordKind.Unreadable || (hasIndex && record.Index.Value >= from && record.Index.Value <= to))
            {
                console.Out.WriteLine(json ? WalJson.Of(record) : WalScreen.Line(record));
            }
        }

        return damaged ? ExitCode.Refused : ExitCode.Ok;
    }

    private static int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"The log can't be looked at: {e.Message}.");
        }
    }
}
