using Cluster.Membership.Protocol;

namespace Cluster.Simulation.Holders;

/// <summary>
/// What one member knows of its group from the events of its own node, and what it may conclude: which resources it masters, and from when on it
/// may give them away.
/// </summary>
internal sealed class HolderView(string endpoint)
{
    private readonly List<GroupMemberInfo> _members = [];
    private readonly bool[] _takeOver = new bool[ToyLockHolder.Resources];
    private bool _running;
    private bool _ready;

    /// <summary>The newest generation that was started with this process as a member.</summary>
    public ulong Generation { get; private set; }

    public void Stop() => _running = false;

    /// <summary>A new generation starts.</summary>
    /// <returns>False when this process is not a member of it.</returns>
    public bool Start(GroupStartEvent start)
    {
        GroupMemberInfo? self = Find(start.Members);
        for (int resource = 0; resource < ToyLockHolder.Resources; resource++)
        {
            // In a generation that was ready only its master could hold the resource. If that one is now proven gone, or was this process
            // itself, nobody else can hold it; otherwise a live former master must first hand over, which "ready" says.
            GroupMemberInfo? before = _ready && start.Generation == Generation + 1 ? Master(resource) : null;
            _takeOver[resource] = before is not null
                && (before.Endpoint == endpoint || start.Departed.Any(departed => departed.Member == before.Member));
        }

        _members.Clear();
        _members.AddRange(start.Members);
        _ready = false;
        _running = self is not null;
        Generation = start.Generation;
        return self is not null;
    }

    public void Ready(ulong generation) => _ready |= generation == Generation;

    public bool IsMaster(int resource) => Master(resource)?.Endpoint == endpoint;

    public bool MayGrant(int resource) => _running && IsMaster(resource) && (_ready || _takeOver[resource]);

    /// <summary>Resource 0 is mastered by the lowest slot, the others by the highest.</summary>
    private GroupMemberInfo? Master(int resource) => _members.Count == 0 ? null : resource == 0 ? _members[0] : _members[^1];

    private GroupMemberInfo? Find(IEnumerable<GroupMemberInfo> members) => members.FirstOrDefault(member => member.Endpoint == endpoint);
}
