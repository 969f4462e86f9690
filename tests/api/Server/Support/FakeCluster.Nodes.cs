using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Settings;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Tests.Support;

/// <content>Nodes that come and go, and tokens.</content>
internal sealed partial class FakeCluster
{
    private NodeNumbers Numbers => new([.. Nodes.Select(node => (new NodeId(node.Id), node.Name))]);

    private static CommandOutcome Accepted(ulong id = 0) => new(OutcomeCode.Accepted, 50, id, "");

    private CommandOutcome? ApplyNodes(Command command)
    {
        switch (command.KindCase)
        {
            case Command.KindOneofCase.NodeAdd:
                NodeAdd add = command.NodeAdd;
                uint id = add.Node == 0 ? Nodes.Max(node => node.Id) + 1 : add.Node;
                if (Nodes.Find(node => node.Name == add.Name) is { } known)
                {
                    return known.State == NodeState.Absent ? Accepted(known.Id) : new CommandOutcome(OutcomeCode.Conflict, 50, 0, $"{add.Name} is node {known.Id}");
                }

                Nodes.Add(Node(id, add.Name, NodeState.Absent) with
                {
                    Voting = false,
                    Votes = (int)add.Votes,
                    Arbiter = add.IsArbiter,
                    Addresses = [.. add.Addresses],
                    Labels = add.Labels.ToDictionary(label => label.Key, label => label.Value),
                });
                int token = Tokens.FindIndex(each => each.Id == add.Token);
                if (token >= 0)
                {
                    Tokens[token] = Tokens[token] with { Used = Tokens[token].Used + 1 };
                }

                return Accepted(id);
            case Command.KindOneofCase.NodeRemove:
                Nodes.RemoveAll(node => node.Id == command.NodeRemove.Node);
                return Accepted();
            case Command.KindOneofCase.NodeConfigure:
                NodeConfigure change = command.NodeConfigure;
                int at = Nodes.FindIndex(node => node.Id == change.Node);
                Nodes[at] = Nodes[at] with
                {
                    Addresses = change.Addresses.Count > 0 ? [.. change.Addresses] : Nodes[at].Addresses,
                    Votes = change.HasVotes ? (int)change.Votes : Nodes[at].Votes,
                    Maintenance = change.HasMaintenance ? change.Maintenance : Nodes[at].Maintenance,
                    Draining = change.HasDraining ? change.Draining : Nodes[at].Draining,
                    Labels = change.SetLabels ? change.Labels.ToDictionary(label => label.Key, label => label.Value) : Nodes[at].Labels,
                };
                return Accepted();
            case Command.KindOneofCase.TokenIssue:
                TokenIssue issue = command.TokenIssue;
                Tokens.Add(new KnownToken(issue.Id, issue.SecretSha256.ToByteArray(), issue.ExpiresAtUnixMs, issue.Uses, 0, issue.Who, false));
                return Accepted();
            case Command.KindOneofCase.TokenRevoke:
                int revoked = Tokens.FindIndex(each => each.Id == command.TokenRevoke.Id);
                Tokens[revoked] = Tokens[revoked] with { IsRevoked = true };
                return Accepted();
            case Command.KindOneofCase.SettingsChange:
                SettingsChange settings = command.SettingsChange;
                if (settings.BasedOn != Settings[^1].Version)
                {
                    return new CommandOutcome(OutcomeCode.Conflict, 50, 0, "another change came first");
                }

                Settings.Add(new SettingsView(
                    settings.BasedOn + 1, ClusterSettings.From(settings.Settings), settings.Settings.Clone(), settings.Who, 1_700_000_100_000));
                return Accepted();
            case Command.KindOneofCase.ClusterAssemble:
                Missing.Clear();
                Quorate = true;
                return Accepted();
            default:
                return null;
        }
    }
}
