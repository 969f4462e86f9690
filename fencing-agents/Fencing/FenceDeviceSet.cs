namespace Cluster.Fencing;

/// <summary>
/// The configured devices, checked against their plug-ins, with one agent for each. Immutable; who makes it disposes it.
/// </summary>
public sealed class FenceDeviceSet : IAsyncDisposable
{
    private readonly List<ConfiguredDevice> _devices;

    private FenceDeviceSet(List<ConfiguredDevice> devices)
    {
        _devices = devices;
        Devices = devices.ConvertAll(configured => configured.Device).AsReadOnly();
        Targets = devices.SelectMany(configured => configured.Device.Targets)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList().AsReadOnly();
    }

    /// <summary>All devices, in the order of the configuration.</summary>
    public IReadOnlyList<FenceDevice> Devices { get; }

    /// <summary>All nodes that at least one device can fence, by name.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>Checks the devices and makes their agents. Reaches no device.</summary>
    /// <exception cref="FenceConfigurationException">
    /// Something is wrong; the message lists everything that is, a line each, with device and parameter.
    /// </exception>
    public static FenceDeviceSet Create(
        IEnumerable<FenceDevice> devices,
        IEnumerable<IFenceAgentFactory> factories,
        ISecretSource secrets)
    {
        var checker = new FenceDeviceChecker(factories);
        var errors = new List<string>();
        var made = new List<ConfiguredDevice>();
        foreach (var device in devices)
        {
            var complaints = checker.Check(device);
            errors.AddRange(complaints);
            if (complaints.Count > 0)
            {
                continue;
            }

            try
            {
                made.Add(new ConfiguredDevice(device, checker.FactoryOf(device).Create(device, secrets)));
            }
            catch (FenceConfigurationException error)
            {
                errors.Add(NamingDevice(device, error.Message));
            }
        }

        if (errors.Count > 0)
        {
            foreach (var configured in made)
            {
                configured.Agent.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }

            throw new FenceConfigurationException(string.Join('\n', errors));
        }

        return new FenceDeviceSet(made);
    }

    /// <summary>The levels at which the target can be fenced, ascending; empty when no device can fence it.</summary>
    public IReadOnlyList<int> Levels(string target) =>
        _devices.Where(configured => configured.CanFence(target)).Select(configured => configured.Device.Level)
            .Distinct().Order().ToArray();

    /// <summary>The devices that fence the target at one level, in the order of the configuration.</summary>
    public IReadOnlyList<FenceDevice> For(string target, int level) =>
        Find(target, level).ConvertAll(configured => configured.Device);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var configured in _devices)
        {
            await configured.Agent.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal List<ConfiguredDevice> Find(string target, int level) =>
        _devices.FindAll(configured => configured.Device.Level == level && configured.CanFence(target));

    // What a secret source says knows no device; what a plug-in says names it already.
    private static string NamingDevice(FenceDevice device, string message) =>
        message.Contains($"'{device.Name}'", StringComparison.Ordinal) ? message : $"Fence device '{device.Name}': {message}";
}
