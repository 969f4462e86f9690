using System.Text;
using Cluster.Client.Connection;
using Cluster.Client.Protocol;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Membership.Tests;
using Cluster.Runtime.MemberSocket;
using Google.Protobuf;

namespace Cluster.Client.Tests;

/// <summary>There are two ways to a snapshot, by the events and by the welcome. They must not differ at any position.</summary>
public sealed class FoldingTests
{
    [Fact]
    public void Who_follows_the_events_sees_what_the_daemon_tells_a_newcomer()
    {
        var kinds = new SortedSet<ClusterEvent.KindOneofCase>();
        for (ulong seed = 1; seed <= 30; seed++)
        {
            ClusterState state = new([new(new(1), "n1"), new(new(2), "n2"), new(new(3), "n3")]);
            var history = new CommandHistory(seed);
            MembershipSnapshot followed = Told(state);
            List<ClusterEvent> events = [];
            for (ulong index = 1; index <= 600; index++)
            {
                Command command = history.Next(state);
                events.Clear();
                state.Apply(Entry(index, command, state), events);
                foreach (ClusterEvent each in events)
                {
                    kinds.Add(each.KindCase);
                    followed = followed.Apply(each);
                }

                string told = Words(Told(state));
                Assert.True(
                    told == Words(followed),
                    $"seed {seed}, after {command} with {string.Join(", ", events)}:\ntold     {told}\nfollowed {Words(followed)}");
            }
        }

        Assert.Superset(
            new HashSet<ClusterEvent.KindOneofCase>
            {
                ClusterEvent.KindOneofCase.NodeUp, ClusterEvent.KindOneofCase.NodeDown, ClusterEvent.KindOneofCase.NodeLeft,
                ClusterEvent.KindOneofCase.NodeFenced, ClusterEvent.KindOneofCase.NodeAdded, ClusterEvent.KindOneofCase.NodeRemoved,
                ClusterEvent.KindOneofCase.NodeChanged, ClusterEvent.KindOneofCase.GroupStop, ClusterEvent.KindOneofCase.GroupStart,
                ClusterEvent.KindOneofCase.GroupReady,
                ClusterEvent.KindOneofCase.SettingsChanged, ClusterEvent.KindOneofCase.VotersChanged,
            },
            kinds.ToHashSet());
    }

    /// <summary>Mostly commands; now and then, as the engine commits them, a change of the voters.</summary>
    private static LogEntry Entry(ulong index, Command command, ClusterState state)
    {
        if (state.FeatureLevel < FeatureLevels.Membership || index % 37 != 0)
        {
            return new LogEntry(new LogIndex(index), new Term(1), EntryKind.Command, command.ToByteArray());
        }

        NodeId[] all = [.. state.Nodes.Select(node => node.Id)];
        var votes = new SortedDictionary<NodeId, int> { [all[0]] = (int)(index % 5) + 1 };
        var changed = new ClusterConfiguration(all.Take(2), index % 2 == 0 ? all.Take(1) : [], all.Skip(2), votes: votes);
        return new LogEntry(new LogIndex(index), new Term(1), EntryKind.Configuration, ConfigurationCodec.Encode(changed));
    }

    private static MembershipSnapshot Told(ClusterState state) => MemberSnapshots.Of(state).ToSnapshot(new NodeId(1), "test");

    private static string Words(MembershipSnapshot snapshot)
    {
        var words = new StringBuilder($"{snapshot.Position} e{snapshot.Epoch.Value} s{snapshot.SettingsVersion}");
        foreach (NodeSnapshot node in snapshot.Nodes)
        {
            words.Append($" [{node.Id.Value} {node.Name} {node.Incarnation.Value} {node.State} {string.Join(',', node.Addresses)} v{node.Votes}"
                + $"{(node.IsArbiter ? " arbiter" : "")}{(node.IsMaintained ? " maintained" : "")}{(node.IsDraining ? " draining" : "")}"
                + $" {string.Join(',', node.Labels.Select(label => $"{label.Key}={label.Value}"))}]");
        }

        words.AppendJoin("", snapshot.Groups.Select(group => $" ({group.Name} {group.Generation.Value} {group.Phase})"));
        return words.AppendJoin("", snapshot.Quorum.Voters.Select(voter => $" +{voter.Id.Value}*{voter.Votes}"))
            .AppendJoin("", snapshot.Quorum.Outgoing.Select(voter => $" -{voter.Id.Value}*{voter.Votes}")).ToString();
    }
}
