using System.Text;

namespace Cluster.Fencing.Exec;

/// <summary>What an agent is given on standard input: <c>key=value</c>, a line each. Nothing of it is ever in an argument.</summary>
internal sealed class AgentInput
{
    private AgentInput(string text, SecretCleaner cleaner)
    {
        Text = text;
        Cleaner = cleaner;
    }

    public string Text { get; }

    /// <summary>Takes the secrets that are in <see cref="Text"/> out of what the agent says.</summary>
    public SecretCleaner Cleaner { get; }

    /// <summary>Resolves every secret once, to find a bad reference when the configuration is read.</summary>
    public static void Check(ExecOptions options, ISecretSource secrets) => Resolve(options, secrets);

    /// <summary>The input for one action on one target.</summary>
    /// <param name="options">The device.</param>
    /// <param name="plugParameter">The agent's word for the target at the device; null for an agent with one target.</param>
    /// <param name="action">The agent's word for the action.</param>
    /// <param name="target">The node's name.</param>
    /// <param name="secrets">Where references lead.</param>
    public static AgentInput For(
        ExecOptions options, string? plugParameter, string action, string target, ISecretSource secrets)
    {
        var text = new StringBuilder();
        var values = Resolve(options, secrets);
        foreach (var (name, value, _) in values)
        {
            text.Append(name).Append('=').Append(value).Append('\n');
        }

        if (plugParameter is not null)
        {
            text.Append(plugParameter).Append('=').Append(options.PlugOf(target)).Append('\n');
        }

        text.Append("nodename=").Append(target).Append('\n');
        text.Append("action=").Append(action).Append('\n');
        return new AgentInput(
            text.ToString(), new SecretCleaner(values.Where(value => value.Secret).Select(value => value.Value)));
    }

    /// <summary>The input that asks for the agent's description, which needs no parameters and no secrets.</summary>
    public static AgentInput ForMetadata() => new("action=metadata\n", new SecretCleaner([]));

    private static List<(string Name, string Value, bool Secret)> Resolve(ExecOptions options, ISecretSource secrets)
    {
        var values = new List<(string, string, bool)>();
        foreach (var (name, configured) in options.Settings)
        {
            var secret = ExecOptions.IsSecret(name);
            var value = secret ? secrets.Resolve(configured) : configured;
            if (value.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
            {
                throw new FenceConfigurationException(
                    $"Fence device '{options.Device}': the secret behind '{name}' has more than one line. Agents take one line only.");
            }

            values.Add((name, value, secret));
        }

        return values;
    }
}
