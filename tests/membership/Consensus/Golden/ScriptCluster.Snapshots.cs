using System.Text;

namespace Cluster.Consensus.Tests.Golden;

// Steps about snapshots, reads and forwarded proposals.
internal sealed partial class ScriptCluster
{
    private readonly List<string> _reads = [];

    private bool DoMore(string[] words)
    {
        switch (words)
        {
            case ["compact", var node]:
                Compact(Find(node));
                return true;
            case ["slow", "saves", var node]:
                Find(node).SavesSlowly = true;
                return true;
            case ["save", var node]:
                FinishSaves(Find(node), areSaved: true);
                return true;
            case ["fail", "save", var node]:
                FinishSaves(Find(node), areSaved: false);
                return true;
            case ["damage", var link]:
                Change(m => $"{m.From.Value}->{m.To.Value}" == link && !m.Data.IsEmpty, Damaged);
                return true;
            case ["reverse", var link]:
                Reverse(m => $"{m.From.Value}->{m.To.Value}" == link);
                return true;
            case ["drop", var kind, "to", var node]:
                _network.RemoveAll(m => m.To == Find(node).Id && m.Kind.ToString() == kind);
                return true;
            case ["read", var node, var name]:
                Read(Find(node), name);
                return true;
            case ["forward", var node, var leader, var text]:
                Post(RaftMessage.Proposal(Find(node).Id, Find(leader).Id, Encoding.UTF8.GetBytes(text)));
                return true;
            default:
                return false;
        }
    }

    private void Compact(Member member)
    {
        byte[] state = Encoding.UTF8.GetBytes(member.State);
        Input(member, n =>
        {
            if (!n.Compact(member.Applied, state, _now))
            {
                Trace($"{member.Id.Value} takes no snapshot");
            }
        });
    }

    private void Read(Member member, string name)
    {
        _reads.Add(name);
        Input(member, n =>
        {
            if (!n.TryRead((ulong)_reads.Count - 1, _now))
            {
                Trace($"{member.Id.Value} knows nobody to ask for {name}");
            }

            n.Flush(_now);
        });
    }

    private void CarryOutSnapshots(Member member, LogEffects effects)
    {
        uint id = member.Id.Value;
        if (effects.Restored is { } restored)
        {
            member.State = Encoding.UTF8.GetString(restored.State.Span);
            member.Applied = restored.Meta.Index;
            Trace($"{id} restores {TraceText.Of(restored.Meta)} \"{member.State}\"");
        }

        foreach (LogEntry entry in effects.Committed)
        {
            member.Applied = entry.Index;
            if (entry.Kind == EntryKind.Command)
            {
                member.State += (member.State.Length == 0 ? "" : ",") + Encoding.UTF8.GetString(entry.Payload.Span);
            }
        }

        foreach (Snapshot snapshot in effects.SnapshotSaves)
        {
            Trace($"{id} is to save {TraceText.Of(snapshot.Meta)} \"{Encoding.UTF8.GetString(snapshot.State.Span)}\"");
            member.Saves.Add(snapshot);
        }

        foreach (ReadResult read in effects.Reads)
        {
            Trace($"{id} {(read.IsRefused ? $"refuses {_reads[(int)read.Context]}" : $"has {_reads[(int)read.Context]} wait for {read.Index.Value}")}");
        }
    }

    private void FinishSaves(Member member, bool areSaved)
    {
        Snapshot[] saves = [.. member.Saves];
        member.Saves.Clear();
        foreach (Snapshot snapshot in saves)
        {
            Trace($"{member.Id.Value} {(areSaved ? "has saved" : "could not save")} {TraceText.Of(snapshot.Meta)}");
            if (areSaved)
            {
                member.Disk.SaveSnapshot(snapshot);
            }

            Input(member, n =>
            {
                if (areSaved)
                {
                    n.SnapshotSaved(snapshot.Meta, _now);
                }
                else
                {
                    n.SnapshotNotSaved(snapshot.Meta, _now);
                }
            });
        }
    }

    private void Change(Predicate<RaftMessage> which, Func<RaftMessage, RaftMessage> change)
    {
        Assert.Contains(_network, which);
        for (int i = 0; i < _network.Count; i++)
        {
            _network[i] = which(_network[i]) ? change(_network[i]) : _network[i];
        }
    }

    private void Reverse(Predicate<RaftMessage> which)
    {
        List<RaftMessage> found = _network.FindAll(which);
        Assert.NotEmpty(found);
        _network.RemoveAll(which);
        found.Reverse();
        _network.AddRange(found);
    }

    private static RaftMessage Damaged(RaftMessage message)
    {
        byte[] data = message.Data.ToArray();
        data[0] ^= 1;
        return message with { Data = data };
    }
}
