using Cluster.Tests.Support;

namespace Cluster.Fencing.Exec.Tests;

/// <summary>A device whose agent is a small shell script. <c>$action</c> and <c>$input</c> are set for it; <c>$HERE</c> is its folder.</summary>
internal sealed class ScriptedDevice : IAsyncDisposable
{
    private const string Power = "off on reboot status monitor";

    private readonly TemporaryFolder _folder = new();
    private readonly IFenceAgent _agent;

    public ScriptedDevice(string body, string actions = Power, string plugParameter = "plug", params (string Name, string Value)[] settings)
    {
        var actionTags = string.Concat(actions.Split(' ').Select(action => $"<action name=\"{action}\"/>"));
        var path = _folder.Script("fence_test", $"""
            #!/bin/sh
            HERE={_folder.Path}
            input=$(cat)
            action=$(printf '%s\n' "$input" | sed -n 's/^action=//p' | tail -n 1)
            if [ "$action" = metadata ]; then
              echo '<?xml version="1.0" ?><resource-agent name="fence_test"><parameters><parameter name="{plugParameter}"/></parameters><actions>{actionTags}</actions></resource-agent>'
              exit 0
            fi
            printf '%s\n' "$action" >> $HERE/calls
            {body}
            """);
        _folder.Secret("password", "hunter2hunter2\n");
        var parameters = new Dictionary<string, string> { ["agent"] = path };
        foreach (var (name, value) in settings)
        {
            parameters[name] = value;
        }

        _agent = new ExecAgentFactory().Create(
            new FenceDevice("dev1", "exec", ["n1", "n2"], parameters), new SecretSource(_folder.Path));
    }

    public string[] Calls => File.Exists(_folder["calls"]) ? File.ReadAllLines(_folder["calls"]) : [];

    public string Read(string name) => File.ReadAllText(_folder[name]);

    public bool Has(string name) => File.Exists(_folder[name]) && new FileInfo(_folder[name]).Length > 0;

    public Task<FenceResult> RunAsync(
        FenceAction action, double seconds = 20, string target = "n1", CancellationToken cancellation = default) =>
        _agent.ExecuteAsync(new FenceRequest(target, action, TimeSpan.FromSeconds(seconds)), cancellation);

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        _folder.Dispose();
    }
}
