using Cluster.Client.Processes;
using Cluster.Membership;

namespace Cluster.Runtime.MemberSocket;

/// <summary>
/// One client object of one process, across its connections: the stays it holds. Ends when its process has ended, or when it is
/// disconnected and holds nothing. All members are guarded by the session's own lock.
/// </summary>
internal sealed class MemberSession(ulong number, ProcessIdentity process)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<MemberId, Stay> _stays = [];
    private MemberConnection? _connection;
    private int _joining;
    private bool _ended;
    private ulong _endsTold;

    /// <summary>The number that the client drew.</summary>
    public ulong Number => number;

    /// <summary>The client's process.</summary>
    public ProcessIdentity Process => process;

    /// <summary>Whether a connection is attached.</summary>
    public bool IsAttached
    {
        get
        {
            lock (_gate)
            {
                return _connection is not null;
            }
        }
    }

    /// <summary>How often the client had been told that stays were ended when its former connection ended; null when it holds no stay.</summary>
    public ulong? EndsTold
    {
        get
        {
            lock (_gate)
            {
                return _stays.Count == 0 ? null : _endsTold;
            }
        }
    }

    /// <summary>Attaches a connection.</summary>
    /// <returns>Whether the session still lives, and the connection that it had.</returns>
    public (bool Attached, MemberConnection? Before) Attach(MemberConnection connection)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return (false, null);
            }

            MemberConnection? before = _connection;
            _endsTold = before?.EndsTold ?? _endsTold;
            _connection = connection;
            return (true, before);
        }
    }

    /// <summary>A connection is gone.</summary>
    /// <returns>True when it was the attached one.</returns>
    public bool Detach(MemberConnection connection)
    {
        lock (_gate)
        {
            if (_connection != connection)
            {
                return false;
            }

            _connection = null;
            _endsTold = connection.EndsTold;
            return true;
        }
    }

    /// <summary>A join was submitted; its outcome will be told to <see cref="EndJoin"/>.</summary>
    public void BeginJoin()
    {
        lock (_gate)
        {
            _joining++;
        }
    }

    /// <summary>The outcome of a join: a stay, or none.</summary>
    /// <returns>False when the process has ended meanwhile: the stay is to be taken out again.</returns>
    public bool EndJoin(Stay? stay)
    {
        lock (_gate)
        {
            _joining--;
            if (stay is null)
            {
                return true;
            }

            if (!_ended)
            {
                _stays.TryAdd(stay.Member, stay);
            }

            return !_ended;
        }
    }

    /// <summary>The incarnation of a stay that this session holds; null when it holds no such.</summary>
    public Stay? Find(MemberId member)
    {
        lock (_gate)
        {
            return _stays.GetValueOrDefault(member);
        }
    }

    /// <summary>A stay was left.</summary>
    public void Remove(MemberId member)
    {
        lock (_gate)
        {
            _stays.Remove(member);
        }
    }

    /// <summary>Forgets the stays of former incarnations: the cluster has ended them.</summary>
    public void RetainOnly(Incarnation incarnation)
    {
        lock (_gate)
        {
            foreach (Stay stay in _stays.Values.Where(stay => stay.Incarnation != incarnation).ToArray())
            {
                _stays.Remove(stay.Member);
            }
        }
    }

    /// <summary>The stays held now.</summary>
    public IReadOnlyList<Stay> Stays()
    {
        lock (_gate)
        {
            return [.. _stays.Values];
        }
    }

    /// <summary>Ends the session because its process has ended.</summary>
    /// <returns>The stays that it leaves behind.</returns>
    public IReadOnlyList<Stay> End()
    {
        lock (_gate)
        {
            _ended = true;
            return [.. _stays.Values];
        }
    }

    /// <summary>Ends the session if it is disconnected and holds nothing.</summary>
    public bool TryEndIdle()
    {
        lock (_gate)
        {
            _ended |= _connection is null && _stays.Count == 0 && _joining == 0;
            return _ended;
        }
    }

    /// <summary>One stay in one group.</summary>
    public sealed record Stay(string Group, MemberId Member, Incarnation Incarnation);
}
