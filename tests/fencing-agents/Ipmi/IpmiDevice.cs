using Cluster.Tests.Support;

namespace Cluster.Fencing.Ipmi.Tests;

/// <summary>An agent for a BMC on this machine, with its password in a file.</summary>
internal sealed class IpmiDevice : IAsyncDisposable
{
    private static readonly TimeSpan Plenty = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly IFenceAgent _agent;

    public IpmiDevice(int port, string password = "s3cret", string user = "admin", params (string Name, string Value)[] more)
    {
        PasswordFile = _folder.Secret("password", password);
        var parameters = new Dictionary<string, string>
        {
            ["address"] = "127.0.0.1",
            ["port"] = $"{port}",
            ["user"] = user,
            ["password"] = "file:password",
        };
        foreach (var (name, value) in more)
        {
            parameters[name] = value;
        }

        _agent = new IpmiAgentFactory().Create(
            new FenceDevice("bmc", "ipmi", ["n1"], parameters), new SecretSource(_folder.Path));
    }

    public string PasswordFile { get; }

    public Task<FenceResult> RunAsync(FenceAction action, TimeSpan? deadline = null, CancellationToken cancellation = default) =>
        _agent.ExecuteAsync(new FenceRequest("n1", action, deadline ?? Plenty), cancellation);

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        _folder.Dispose();
    }
}
