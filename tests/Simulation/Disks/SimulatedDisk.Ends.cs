using Cluster.Storage;

namespace Cluster.Simulation.Disks;

// How processes end, machines lose power, and disks are lost and mended.
internal sealed partial class SimulatedDisk
{
    /// <summary>The process dies; what it wrote stays in memory. The write it was about to make may have begun.</summary>
    public void Kill()
    {
        if (_log is WriteAheadLog log && _saves.Count > 0 && _random.Chance(0.5))
        {
            DieIn(() => log.Snapshots.Save(_saves[0]));
        }
        else if (_log is WriteAheadLog busy && _pending.Count > 0 && !_handed && _random.Chance(0.5))
        {
            DieIn(() => Hand(busy, _pending.Count));
        }

        End();
        if (_random.Chance(0.3))
        {
            foreach (SimulatedFile file in Folder.Files)
            {
                file.DropCache();
            }
        }
    }

    /// <summary>The process closes the log in order.</summary>
    public void Close()
    {
        _log?.Dispose();
        _log = null;
        Kill();
    }

    /// <summary>The machine loses power, and with it any subset of what was not synced.</summary>
    public void PowerCut()
    {
        End();
        Folder.PowerCut(Garble);
    }

    /// <summary>Another, empty disk takes the place of this one.</summary>
    public void Replace()
    {
        End();
        Folder.Wipe();
        _unsynced.Clear();
        _synced = new LogModel();
        _queued = new LogModel();
    }

    /// <summary>All faults end: the disk is whole and has room.</summary>
    public void Heal()
    {
        SyncMs = Normal;
        SaveMs = (0.5, 20);
        Garble = 0;
        Folder.FreeBytes = null;
        Folder.IsFullForOverwriting = false;
        Folder.ReadErrors = 0;
        Folder.FailsNextSync = false;
        Folder.Repair();
    }

    private void DieIn(Action operation)
    {
        Folder.CutsNextWriteAfter = _random.Below(2_000);
        try
        {
            operation();
        }
        catch (IOException)
        {
            // Killed in the middle.
        }

        Folder.CutsNextWriteAfter = null;
    }

    private void End()
    {
        _log = null;
        _pending.Clear();
        _saves.Clear();
        _life++;
        _busy = false;
        _handed = false;
        Synced = null;
        Failed = null;
        SnapshotSaved = null;
        SnapshotNotSaved = null;
    }
}
