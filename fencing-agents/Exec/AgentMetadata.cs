using System.Xml;
using System.Xml.Linq;

namespace Cluster.Fencing.Exec;

/// <summary>An agent's description of itself: the XML that its action <c>metadata</c> prints.</summary>
internal sealed record AgentMetadata(string Name, IReadOnlySet<string> Actions, IReadOnlySet<string> Parameters)
{
    /// <summary>Whether it cuts the target off from storage or network instead of its power: such agents know no reboot.</summary>
    public bool IsFabric => !Actions.Contains("reboot");

    /// <summary>Whether it can tell that the target is stopped.</summary>
    public bool CanObserve => Actions.Contains("status");

    /// <summary>Its word for the target at the device: <c>plug</c>, in older agents <c>port</c>; null when it has only one target.</summary>
    public string? PlugParameter => Parameters.Contains("plug") ? "plug" : Parameters.Contains("port") ? "port" : null;

    /// <summary>Reads the XML.</summary>
    /// <exception cref="XmlException">It is no such description.</exception>
    public static AgentMetadata Parse(string xml)
    {
        using var text = new StringReader(xml.Trim());
        using var reader = XmlReader.Create(text, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        var root = XDocument.Load(reader).Root;
        if (root is null || root.Name.LocalName != "resource-agent")
        {
            throw new XmlException($"The root element is <{root?.Name.LocalName}>, not <resource-agent>.");
        }

        return new AgentMetadata((string?)root.Attribute("name") ?? "", Names(root, "action"), Names(root, "parameter"));
    }

    private static HashSet<string> Names(XElement root, string element) =>
        [.. root.Descendants(element).Select(item => (string?)item.Attribute("name")).OfType<string>()];
}
