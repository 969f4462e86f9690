using Cluster.Membership;

namespace Cluster.Locks.Tests;

/// <summary>A table with one owner a lock number, and counting of operations.</summary>
internal sealed class TableDriver
{
    private readonly Dictionary<ulong, uint> _operations = [];

    public TableDriver(ulong generation = 1) => Table.StartGeneration(new Generation(generation));

    public LockTable Table { get; } = new();

    public static LockId Id(ulong number) => new(new MemberId(number), number);

    public LockCallResult Request(string resource, ulong number, LockMode mode, LockFlags flags = LockFlags.None)
    {
        _operations[number] = 1;
        return Table.Request(ResourceName.Create(resource), Id(number), mode, flags, 1);
    }

    public LockCallResult Convert(ulong number, LockMode mode, LockFlags flags = LockFlags.None) =>
        Table.Convert(Id(number), mode, flags, ++_operations[number]);

    public LockCallResult Cancel(ulong number) => Table.Cancel(Id(number), _operations[number]);

    public LockCallResult Unlock(ulong number) => Table.Unlock(Id(number));

    public uint OperationOf(ulong number) => _operations[number];

    public bool Exists(ulong number) => Table.TryGetLock(Id(number), out _);

    public TableLockView View(ulong number)
    {
        Assert.True(Table.TryGetLock(Id(number), out TableLockView view), $"lock {number} exists");
        return view;
    }

    public TableLockState StateOf(ulong number) => View(number).State;

    public List<LockCompletion> TakeCompletions()
    {
        List<LockCompletion> taken = [.. Table.Completions];
        Table.Completions.Clear();
        return taken;
    }

    public List<(ulong Number, LockMode Blocked)> TakeNotices()
    {
        List<(ulong, LockMode)> taken = [.. Table.Notices.Select(notice => (notice.Id.Number, notice.BlockedMode))];
        Table.Notices.Clear();
        return taken;
    }
}
