using YamlDotNet.Core;

namespace Cluster.Api.Server.Configuration;

/// <summary>Gathers what is wrong with one file, so that an operator sees everything at once.</summary>
internal sealed class ConfigErrors(string file)
{
    private readonly List<(long Line, string Text)> _errors = [];

    public string File => file;

    public bool Any => _errors.Count > 0;

    public void Add(Mark at, string key, string problem) => _errors.Add((at.Line, $"{file}:{at.Line}: {key}: {problem}"));

    public void ThrowIfAny()
    {
        if (Any)
        {
            throw new ConfigurationException(
                string.Join('\n', _errors.OrderBy(error => error.Line).Select(error => error.Text)));
        }
    }
}
