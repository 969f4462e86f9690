using Spectre.Console;

namespace Cluster.Api.Cli.Output;

/// <summary>What all screens draw with.</summary>
internal static class Screen
{
    public static Table NewTable(params string[] columns)
    {
        var table = new Table { Border = TableBorder.None, ShowRowSeparators = false };
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn($"[bold]{column}[/]") { Padding = new Padding(0, 0, 2, 0) });
        }

        return table;
    }

    /// <summary>A table of plain texts.</summary>
    public static void Table(IAnsiConsole console, string[] columns, IEnumerable<string[]> rows)
    {
        Table table = NewTable(columns);
        foreach (string[] row in rows)
        {
            table.AddRow([.. row.Select(Text)]);
        }

        console.Write(table);
    }

    public static string Coloured(string word, bool good, bool bad) => good ? $"[green]{word}[/]" : bad ? $"[red]{word}[/]" : $"[yellow]{word}[/]";

    public static string Text(string text) => Markup.Escape(Words.Safe(text));
}
