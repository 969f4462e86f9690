namespace Cluster.Fencing;

/// <summary>Checks devices against what their plug-ins declare, before any agent is made.</summary>
internal sealed class FenceDeviceChecker
{
    private readonly Dictionary<string, IFenceAgentFactory> _factories = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public FenceDeviceChecker(IEnumerable<IFenceAgentFactory> factories)
    {
        foreach (var factory in factories)
        {
            if (!_factories.TryAdd(factory.AgentType, factory))
            {
                throw new FenceConfigurationException(
                    $"Two fencing plug-ins call themselves '{factory.AgentType}'. Remove one of them.");
            }
        }
    }

    public IFenceAgentFactory FactoryOf(FenceDevice device) => _factories[device.Agent];

    /// <summary>Everything that is wrong with one device, given the ones seen before; empty when nothing is.</summary>
    public List<string> Check(FenceDevice device)
    {
        var complaints = new List<string>();
        if (string.IsNullOrWhiteSpace(device.Name))
        {
            complaints.Add($"A fence device of agent '{device.Agent}' has no name. Give each device a name of its own.");
        }
        else if (!_names.Add(device.Name))
        {
            complaints.Add($"Fence device '{device.Name}' is configured twice. Give each device a name of its own.");
        }

        if (device.Level is < 1 or > 9)
        {
            complaints.Add($"Fence device '{device.Name}': level is {device.Level}. Levels go from 1 to 9.");
        }

        CheckTargets(device, complaints);
        if (_factories.TryGetValue(device.Agent, out var factory))
        {
            CheckParameters(device, factory, complaints);
        }
        else
        {
            complaints.Add($"Fence device '{device.Name}': agent '{device.Agent}' is not known. "
                + $"Use one of: {string.Join(", ", _factories.Keys.Order(StringComparer.Ordinal))}.");
        }

        return complaints;
    }

    private static void CheckTargets(FenceDevice device, List<string> complaints)
    {
        if (device.Targets.Count == 0 || device.Targets.Any(string.IsNullOrWhiteSpace))
        {
            complaints.Add($"Fence device '{device.Name}': targets are missing or blank. Name the nodes that it can fence.");
        }

        foreach (var twice in device.Targets.GroupBy(target => target, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            complaints.Add($"Fence device '{device.Name}': target '{twice.Key}' is named twice. Name it once.");
        }
    }

    private static void CheckParameters(FenceDevice device, IFenceAgentFactory factory, List<string> complaints)
    {
        var known = factory.Parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        foreach (var (name, value) in device.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!known.TryGetValue(name, out var parameter))
            {
                if (!factory.AcceptsOtherParameters)
                {
                    complaints.Add($"Fence device '{device.Name}': parameter '{name}' is not known to agent '{device.Agent}'. "
                        + $"It takes: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
                }
            }
            else if (parameter.Secret && !SecretSource.IsReference(value))
            {
                complaints.Add($"Fence device '{device.Name}': parameter '{name}' is a secret in the clear. "
                    + "Write file:PATH or env:NAME instead.");
            }
        }

        foreach (var parameter in factory.Parameters.Where(parameter => parameter.Required))
        {
            if (!device.Parameters.TryGetValue(parameter.Name, out var value) || string.IsNullOrWhiteSpace(value))
            {
                complaints.Add($"Fence device '{device.Name}': parameter '{parameter.Name}' is missing. "
                    + $"Set it: {parameter.Description}");
            }
        }
    }
}
