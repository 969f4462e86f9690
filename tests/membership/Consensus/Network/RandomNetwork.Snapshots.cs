namespace Cluster.Consensus.Tests.Network;

// Snapshots taken and saved at any time, and reads.
internal sealed partial class RandomNetwork
{
    private readonly Dictionary<ulong, int> _committedWhenAsked = [];
    private ulong _lastRead;

    // Draws of their own, so that what else happens in a run does not depend on them.
    private SplitMix64 _side;

    /// <summary>Reads that came back, by their marks.</summary>
    public Dictionary<ulong, ReadResult> Reads { get; } = [];

    /// <summary>States that came from another node.</summary>
    public int Installed { get; private set; }

    /// <summary>Asks everybody for a barrier.</summary>
    /// <returns>The reads' marks.</returns>
    public List<ulong> ReadEverywhere()
    {
        List<ulong> contexts = [];
        foreach (SimulatedVoter voter in _voters)
        {
            Read(voter);
            contexts.Add(_lastRead);
        }

        return contexts;
    }

    private void CompactForEver()
    {
        SimulatedVoter voter = _voters[_side.Below((ulong)_voters.Length)];
        ulong through = voter.Committed;
        if (voter.Node is not null)
        {
            Input(voter, n => n.Compact(new LogIndex(through), _checker.StateAt(through), voter.Local(_now)));
        }

        After(SideMs(10, 150), CompactForEver);
    }

    private void ReadForEver()
    {
        if (!_isHealed)
        {
            Read(_voters[_side.Below((ulong)_voters.Length)]);
            foreach (SimulatedVoter voter in _voters)
            {
                if (voter.Role == LogRole.Leader)
                {
                    Read(voter);
                }
            }

            After(SideMs(0, 40), ReadForEver);
        }
    }

    private void Read(SimulatedVoter voter)
    {
        // Whatever was told as committed anywhere by now may have been acknowledged to somebody.
        ulong context = ++_lastRead;
        _committedWhenAsked[context] = _checker.CommittedCount;
        Input(voter, n =>
        {
            n.TryRead(context, voter.Local(_now));
            n.Flush(voter.Local(_now));
        });
    }

    private void CarryOutSnapshots(SimulatedVoter voter, LogEffects effects)
    {
        if (effects.Restored is { } restored)
        {
            Installed += voter.Committed > 0 ? 1 : 0;
            _checker.OnRestored(voter, restored);
        }

        foreach (Snapshot snapshot in effects.SnapshotSaves)
        {
            int life = voter.Life;
            After(SideMs(0, 200), () => EndSave(voter, life, snapshot));
        }

        foreach (ReadResult read in effects.Reads)
        {
            SafetyChecker.OnRead(voter, read, _committedWhenAsked[read.Context]);
            Assert.True(Reads.TryAdd(read.Context, read), "a read is answered once");
        }
    }

    private void EndSave(SimulatedVoter voter, int life, Snapshot snapshot)
    {
        bool isOver = voter.Life != life;
        if (!isOver && _now < voter.PausedUntil)
        {
            After(voter.PausedUntil - _now, () => EndSave(voter, life, snapshot));
            return;
        }

        // A process that ended may have got the file to its place before that or not.
        bool isSaved = !_side.Chance(isOver ? 0.5 : _isHealed ? 0 : 0.1);
        if (isSaved)
        {
            voter.Disk.SaveSnapshot(snapshot);
        }

        if (isOver)
        {
            return;
        }

        Input(voter, n =>
        {
            if (isSaved)
            {
                n.SnapshotSaved(snapshot.Meta, voter.Local(_now));
            }
            else
            {
                n.SnapshotNotSaved(snapshot.Meta, voter.Local(_now));
            }
        });
    }

    private long SideMs(int min, int max) => (min * Millisecond) + (long)_side.Below((ulong)((max - min) * Millisecond));

    private int SidePick(params ReadOnlySpan<int> choices) => choices[(int)_side.Below((ulong)choices.Length)];

    private RaftMessage Damage(in RaftMessage message)
    {
        if (message.Kind != RaftMessageKind.SnapshotChunk || message.Data.IsEmpty || _isHealed || !_side.Chance(0.05))
        {
            return message;
        }

        byte[] damaged = message.Data.ToArray();
        damaged[_side.Below((ulong)damaged.Length)] ^= (byte)(1 << (int)_side.Below(8));
        return message with { Data = damaged };
    }
}
