using Spectre.Console;

namespace Cluster.Api.Cli;

/// <summary>Where a command reads and writes. Tests give it their own.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Complaints and questions.</param>
/// <param name="In">Answers.</param>
/// <param name="Interactive">Whether a person sits at both ends.</param>
/// <param name="Colours">Whether the output may carry colours.</param>
/// <param name="Width">Columns of the output.</param>
/// <param name="Environment">Reads an environment variable.</param>
internal sealed record CliConsole(
    TextWriter Out,
    TextWriter Error,
    TextReader In,
    bool Interactive,
    bool Colours,
    int Width,
    Func<string, string?> Environment)
{
    /// <summary>Without a terminal lines are as long as they need to be: a program that reads them wants them whole.</summary>
    private const int NoTerminalWidth = 240;

    public static CliConsole ForProcess()
    {
        bool terminal = !Console.IsOutputRedirected;
        bool colours = terminal && string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable("NO_COLOR"));
        return new CliConsole(
            Console.Out,
            Console.Error,
            Console.In,
            !Console.IsInputRedirected && terminal,
            colours,
            terminal && Console.WindowWidth > 0 ? Console.WindowWidth : NoTerminalWidth,
            System.Environment.GetEnvironmentVariable);
    }

    /// <summary>A console for tables and colours over <see cref="Out"/>.</summary>
    public IAnsiConsole Rich()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = Colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Out),
        });
        console.Profile.Width = Width;
        return console;
    }
}
