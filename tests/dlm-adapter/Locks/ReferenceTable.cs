namespace Cluster.Locks.Tests;

/// <summary>
/// The rules once more, as plainly as they can be written: three lists, every question answered by walking them. Slow, and
/// sharing nothing with the table but the compatibility matrix (which has its own test).
/// </summary>
internal sealed class ReferenceTable
{
    private readonly List<Entry> _granted = [];
    private readonly List<Entry> _converting = [];
    private readonly List<Entry> _waiting = [];

    public List<(ulong Number, LockStatus Status, LockMode Mode)> Log { get; } = [];

    public void Request(ulong number, LockMode mode, LockFlags flags)
    {
        var entry = new Entry(number) { Wanted = mode, Flags = flags };
        bool free = _converting.Count == 0 && _waiting.Count == 0;
        if (flags.HasFlag(LockFlags.Expedite) || ((free || flags.HasFlag(LockFlags.NoOrder)) && Fits(entry)))
        {
            Grant(entry);
        }
        else if (flags.HasFlag(LockFlags.NoQueue))
        {
            Log.Add((number, LockStatus.Again, LockMode.NL));
        }
        else
        {
            _waiting.Insert(flags.HasFlag(LockFlags.HeadQue) ? 0 : _waiting.Count, entry);
        }
    }

    public void Convert(ulong number, LockMode mode, LockFlags flags)
    {
        Entry entry = _granted.Single(e => e.Number == number);
        entry.Wanted = mode;
        entry.Flags = flags;
        bool inTurn = !flags.HasFlag(LockFlags.QueCvt) || _converting.Count == 0 || flags.HasFlag(LockFlags.NoOrder);
        if (inTurn && Fits(entry))
        {
            Grant(entry);
            Scan();
            return;
        }

        if (flags.HasFlag(LockFlags.NoQueue))
        {
            Log.Add((number, LockStatus.Again, entry.Held!.Value));
            return;
        }

        bool ordered = (flags & (LockFlags.NoOrder | LockFlags.HeadQue)) == 0;
        bool deadlock = _converting.Any(other =>
            !LockCompatibility.AreCompatible(entry.Held!.Value, other.Wanted)
            && (ordered || !LockCompatibility.AreCompatible(other.Held!.Value, mode)));
        bool demoted = false;
        if (deadlock && !flags.HasFlag(LockFlags.NoDlckWt))
        {
            if (!flags.HasFlag(LockFlags.ConvDeadlk))
            {
                Log.Add((number, LockStatus.Deadlock, entry.Held!.Value));
                return;
            }

            entry.Held = LockMode.NL;
            demoted = true;
            if (inTurn && Fits(entry))
            {
                Grant(entry);
                Scan();
                return;
            }
        }

        _granted.Remove(entry);
        _converting.Insert(flags.HasFlag(LockFlags.HeadQue) ? 0 : _converting.Count, entry);
        if (demoted)
        {
            Scan();
        }
    }

    public void Cancel(ulong number)
    {
        Entry? waiter = _waiting.SingleOrDefault(e => e.Number == number);
        Entry? converter = _converting.SingleOrDefault(e => e.Number == number);
        if (waiter is not null)
        {
            _waiting.Remove(waiter);
            Log.Add((number, LockStatus.Canceled, LockMode.NL));
        }
        else if (converter is not null)
        {
            _converting.Remove(converter);
            _granted.Add(converter);
            Log.Add((number, LockStatus.Canceled, converter.Held!.Value));
        }
        else
        {
            return;
        }

        Scan();
    }

    public void Unlock(ulong number)
    {
        _granted.RemoveAll(e => e.Number == number);
        _converting.RemoveAll(e => e.Number == number);
        _waiting.RemoveAll(e => e.Number == number);
        Scan();
    }

    public TableLockState? StateOf(ulong number) =>
        _granted.Any(e => e.Number == number) ? TableLockState.Granted
        : _converting.Any(e => e.Number == number) ? TableLockState.Converting
        : _waiting.Any(e => e.Number == number) ? TableLockState.Waiting
        : null;

    public LockMode HeldBy(ulong number) =>
        _granted.Concat(_converting).SingleOrDefault(e => e.Number == number)?.Held ?? LockMode.NL;

    private bool Fits(Entry entry) => _granted.Concat(_converting)
        .All(other => other == entry || LockCompatibility.AreCompatible(other.Held!.Value, entry.Wanted));

    private void Grant(Entry entry)
    {
        _granted.Remove(entry);
        _converting.Remove(entry);
        _waiting.Remove(entry);
        entry.Held = entry.Wanted;
        _granted.Add(entry);
        Log.Add((entry.Number, LockStatus.Granted, entry.Wanted));
    }

    private void Scan()
    {
        while (_converting.FirstOrDefault(e => (e == _converting[0] || e.Flags.HasFlag(LockFlags.NoOrder)) && Fits(e)) is { } converter)
        {
            Grant(converter);
        }

        foreach (Entry waiter in _waiting.ToArray())
        {
            bool head = _converting.Count == 0 && waiter == _waiting[0];
            if ((head || waiter.Flags.HasFlag(LockFlags.NoOrder)) && Fits(waiter))
            {
                Grant(waiter);
            }
        }
    }

    private sealed class Entry(ulong number)
    {
        public ulong Number { get; } = number;

        public LockMode? Held { get; set; }

        public LockMode Wanted { get; set; }

        public LockFlags Flags { get; set; }
    }
}
