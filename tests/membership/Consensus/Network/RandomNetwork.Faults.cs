namespace Cluster.Consensus.Tests.Network;

// What goes wrong.
internal sealed partial class RandomNetwork
{
    private void BreakForEver()
    {
        if (_isHealed)
        {
            return;
        }

        SimulatedVoter voter = Any();
        switch (_random.Below(8))
        {
            case 0:
                Split();
                break;
            case 1:
                _cut[_random.Below((ulong)_voters.Length), _random.Below((ulong)_voters.Length)] = true;
                break;
            case 2 or 3:
                Array.Clear(_cut);
                break;
            case 4 or 5:
                Crash(voter);
                break;
            case 6:
                voter.PausedUntil = _now + Ms(10, 800);
                After(voter.PausedUntil - _now, () => Input(voter, n => n.Abdicate(voter.Local(_now))));
                break;
            default:
                voter.Disk.IsSlow = !voter.Disk.IsSlow;
                break;
        }

        _checker.CheckLogs();
        After(Ms(20, 300), BreakForEver);
    }

    private void Split()
    {
        ulong side = _random.Next();
        for (int i = 0; i < _voters.Length; i++)
        {
            for (int j = 0; j < _voters.Length; j++)
            {
                _cut[i, j] = ((side >> i) & 1) != ((side >> j) & 1);
            }
        }
    }

    private void Crash(SimulatedVoter voter)
    {
        if (voter.Node is null)
        {
            return;
        }

        voter.Crash(survivingWrites: (int)_random.Below((ulong)voter.Disk.Unsynced + 1));
        int life = voter.Life;
        After(Ms(0, _restartMs), () =>
        {
            if (voter.Life == life)
            {
                voter.PausedUntil = 0;
                voter.Start(_now, RandomOrigin(), _checker);
            }
        });
    }
}
