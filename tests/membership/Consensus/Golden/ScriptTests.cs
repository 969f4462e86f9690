using System.Runtime.CompilerServices;
using System.Text;

namespace Cluster.Consensus.Tests.Golden;

/// <summary>
/// Golden interaction scripts: each file under Scripts holds steps and, indented below each, the trace it must give. With
/// CLUSTER_GOLDEN=write the traces are written anew, to be reviewed as a diff.
/// </summary>
public class ScriptTests
{
    private const string Indent = "    ";

    public static TheoryData<string> Scripts()
    {
        var data = new TheoryData<string>();
        string[] files = Directory.GetFiles(ScriptFolder(), "*.txt");
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            data.Add(Path.GetFileNameWithoutExtension(file));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void The_script_gives_the_expected_trace(string script)
    {
        string file = Path.Combine(ScriptFolder(), script + ".txt");
        string expected = File.ReadAllText(file);
        string actual = Play(expected);
        if (Environment.GetEnvironmentVariable("CLUSTER_GOLDEN") == "write")
        {
            File.WriteAllText(file, actual);
            return;
        }

        Assert.Equal(expected, actual);
    }

    private static string Play(string script)
    {
        var output = new StringBuilder();
        ScriptCluster? cluster = null;
        foreach (string line in script.Split('\n'))
        {
            if (line.StartsWith(Indent, StringComparison.Ordinal))
            {
                continue;
            }

            output.Append(line).Append('\n');
            string[] words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nodes", var count])
            {
                cluster = new ScriptCluster(int.Parse(count));
            }
            else if (words is ["nodes", var number, "trailing", var bytes])
            {
                cluster = new ScriptCluster(int.Parse(number), int.Parse(bytes));
            }
            else if (words is ["nodes", var voters, "spares", var spares])
            {
                cluster = new ScriptCluster(int.Parse(voters), spares: int.Parse(spares));
            }
            else if (words.Length > 0)
            {
                cluster!.Do(words);
                foreach (string trace in cluster.TakeTrace())
                {
                    output.Append(Indent).Append(trace).Append('\n');
                }
            }
        }

        // Split leaves an empty piece after the last line end.
        return output.ToString().TrimEnd('\n') + "\n";
    }

    private static string ScriptFolder([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "Scripts");
}
