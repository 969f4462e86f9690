using System.Globalization;

namespace Cluster.Fencing;

/// <summary>Reads a device's parameters for its plug-in; each error names device and parameter.</summary>
/// <param name="device">The device.</param>
public sealed class FenceParameterReader(FenceDevice device)
{
    /// <summary>A parameter that must be there and not be blank.</summary>
    /// <exception cref="FenceConfigurationException">It is missing or blank.</exception>
    public string Required(string name) =>
        device.Parameters.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value)
            ? value
            : throw Wrong(name, "is missing. Set it.");

    /// <summary>A parameter, or <paramref name="fallback"/> when it is not set.</summary>
    public string Optional(string name, string fallback) =>
        device.Parameters.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : fallback;

    /// <summary>A whole number between two bounds, both included, or <paramref name="fallback"/> when it is not set.</summary>
    /// <exception cref="FenceConfigurationException">It is no number or out of bounds.</exception>
    public int Integer(string name, int fallback, int least, int greatest)
    {
        if (!device.Parameters.TryGetValue(name, out var text) || string.IsNullOrWhiteSpace(text))
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= greatest
            ? number
            : throw Wrong(name, $"is '{text}'. Write a whole number from {least} to {greatest}.");
    }

    /// <summary>One of the given words, or the first when it is not set.</summary>
    /// <exception cref="FenceConfigurationException">It is another word.</exception>
    public string OneOf(string name, params string[] words)
    {
        var value = Optional(name, words[0]);
        return words.Contains(value, StringComparer.Ordinal)
            ? value
            : throw Wrong(name, $"is '{value}'. Write one of: {string.Join(", ", words)}.");
    }

    /// <summary>The error for a parameter; <paramref name="complaint"/> says what is wrong and what to do.</summary>
    public FenceConfigurationException Wrong(string name, string complaint) =>
        new($"Fence device '{device.Name}': parameter '{name}' {complaint}");
}
