using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Cluster.Tests.Support.Golden;

/// <summary>A golden file of messages: for each a line with its name and bytes, and one, indented, with what it means.</summary>
public static class GoldenMessages
{
    private const string Indent = "    ";

    /// <summary>The lines of a file that holds these messages.</summary>
    public static List<string> Lines(IEnumerable<(string Name, IMessage Message)> messages)
    {
        List<string> lines = [];
        foreach ((string name, IMessage message) in messages)
        {
            lines.Add($"{name} {Convert.ToHexStringLower(message.ToByteArray())}");
            lines.Add(Indent + JsonFormatter.Default.Format(message));
        }

        return lines;
    }

    /// <summary>The messages in a file, as this build reads them, each with what the build that wrote it meant.</summary>
    public static IEnumerable<(string Name, IMessage Message, string Meant)> Read(MessageDescriptor type, IReadOnlyList<string> lines)
    {
        for (int at = 0; at < lines.Count; at += 2)
        {
            string[] words = lines[at].Split(' ');
            yield return (words[0], type.Parser.ParseFrom(Convert.FromHexString(words[1])), lines[at + 1].Trim());
        }
    }
}
