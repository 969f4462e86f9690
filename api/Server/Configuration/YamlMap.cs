using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cluster.Api.Server.Configuration;

/// <summary>
/// A strict reader of one YAML mapping: each key is asked for by name, and <see cref="Close"/> complains of every key that nobody asked for.
/// Values never appear in messages of keys that may hold secrets; those are read by <see cref="StringMap"/>.
/// </summary>
internal sealed class YamlMap
{
    private readonly SortedDictionary<string, YamlNode> _left = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _allowed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlNode> _all = new(StringComparer.Ordinal);
    private readonly ConfigErrors _errors;
    private readonly string _path;
    private readonly Mark _start;

    public YamlMap(YamlNode? node, string path, ConfigErrors errors)
    {
        _errors = errors;
        _path = path;
        _start = node?.Start ?? Mark.Empty;
        if (node is YamlMappingNode mapping)
        {
            foreach ((YamlNode key, YamlNode value) in mapping.Children)
            {
                if (key is YamlScalarNode { Value: { } name })
                {
                    _left[name] = value;
                    _all[name] = value;
                }
                else
                {
                    errors.Add(key.Start, path, "has a key that is not plain text; write 'key: value'");
                }
            }
        }
        else if (node is not null)
        {
            errors.Add(node.Start, path, "must be a mapping ('key: value' lines)");
        }
    }

    public bool Has(string name) => _all.ContainsKey(name);

    public string Key(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>Where a key stands, or where the mapping begins when it is not there.</summary>
    public Mark At(string name) => _all.TryGetValue(name, out YamlNode? node) ? node.Start : _start;

    public void Error(string name, string problem) => _errors.Add(At(name), Key(name), problem);

    public YamlNode? Node(string name)
    {
        _allowed.Add(name);
        _left.Remove(name, out YamlNode? node);
        // "key:" with nothing behind it is how YAML writes null; it counts as not set.
        return node is YamlScalarNode { Value: "" or "~" or "null", Style: ScalarStyle.Plain } ? null : node;
    }

    public string? Text(string name)
    {
        switch (Node(name))
        {
            case null:
                return null;
            case YamlScalarNode scalar:
                return scalar.Value;
            default:
                Error(name, "must be a single value");
                return null;
        }
    }

    public string RequiredText(string name, string whatToDo)
    {
        string? text = Text(name);
        if (text is null)
        {
            Error(name, $"is missing; {whatToDo}");
        }

        return text ?? "";
    }

    public bool Flag(string name, bool otherwise)
    {
        switch (Text(name))
        {
            case null:
                return otherwise;
            case "true":
                return true;
            case "false":
                return false;
            default:
                Error(name, "must be true or false");
                return otherwise;
        }
    }

    public int? Number(string name, int min, int max)
    {
        string? text = Text(name);
        if (text is null)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
        {
            return value;
        }

        Error(name, $"'{text}' must be a whole number from {min} to {max}");
        return null;
    }

    public double? Ratio(string name)
    {
        string? text = Text(name);
        if (text is null)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
        {
            return value;
        }

        Error(name, $"'{text}' must be a number, e.g. 1.1");
        return null;
    }

    public TimeSpan? Duration(string name)
    {
        string? text = Text(name);
        if (text is null)
        {
            return null;
        }

        if (DurationText.TryParse(text, out TimeSpan value))
        {
            return value;
        }

        Error(name, $"'{text}' must be a duration with its unit, e.g. 50ms, 1.5s, 2m");
        return null;
    }

    public T? Word<T>(string name, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        string? text = Text(name);
        if (text is null)
        {
            return null;
        }

        if (words.TryGetValue(text, out T value))
        {
            return value;
        }

        Error(name, $"'{text}' is not known; write one of: {string.Join(", ", words.Keys)}");
        return null;
    }

    /// <summary>The mapping under a key; an empty one when it is not there.</summary>
    public YamlMap Map(string name) => new(Node(name), Key(name), _errors);

    /// <summary>The elements of the sequence under a key, each as a mapping.</summary>
    public IReadOnlyList<YamlMap> Maps(string name)
    {
        YamlNode? node = Node(name);
        if (node is YamlSequenceNode sequence)
        {
            return sequence.Children.Select((child, at) => new YamlMap(child, $"{Key(name)}[{at}]", _errors)).ToArray();
        }

        if (node is not null)
        {
            Error(name, "must be a list ('- ...' lines)");
        }

        return [];
    }

    public IReadOnlyList<string> Texts(string name)
    {
        YamlNode? node = Node(name);
        if (node is YamlSequenceNode sequence && sequence.Children.All(child => child is YamlScalarNode))
        {
            return sequence.Children.Select(child => ((YamlScalarNode)child).Value ?? "").ToArray();
        }

        if (node is not null)
        {
            Error(name, "must be a list of single values, e.g. [n1, n2]");
        }

        return [];
    }

    /// <summary>A mapping of free keys to single values.</summary>
    public IReadOnlyDictionary<string, string> StringMap(string name)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        YamlNode? node = Node(name);
        if (node is YamlMappingNode mapping)
        {
            foreach ((YamlNode key, YamlNode value) in mapping.Children)
            {
                if (key is YamlScalarNode { Value: { } keyText } && value is YamlScalarNode { Value: { } valueText })
                {
                    values[keyText] = valueText;
                }
                else
                {
                    _errors.Add(value.Start, Key(name), "may hold only 'key: single value' lines");
                }
            }
        }
        else if (node is not null)
        {
            Error(name, "must be a mapping ('key: value' lines)");
        }

        return values;
    }

    /// <summary>Complains of every key that was not asked for.</summary>
    public void Close()
    {
        foreach ((string name, YamlNode _) in _left)
        {
            Error(name, $"is not known here; allowed: {string.Join(", ", _allowed)}");
        }
    }
}
