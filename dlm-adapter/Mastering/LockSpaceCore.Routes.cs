using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <content>Finding the master of a resource, and remembering who it is.</content>
public sealed partial class LockSpaceCore
{
    private readonly Dictionary<ResourceName, Route> _routes = [];

    // Without locks, in the order in which they became so.
    private readonly LinkedList<Route> _idleRoutes = [];
    private MemberId[] _memberIds = [];

    // The member with the lowest slot.
    private MemberId Server => Members.Count == 0 ? MemberId.None : Members[0].Id;

    private MemberId DirectoryOf(ResourceName resource) => Rendezvous.Choose(resource, _memberIds);

    private Route UseRoute(ResourceName resource)
    {
        if (!_routes.TryGetValue(resource, out Route? route))
        {
            route = new Route(resource);
            _routes.Add(resource, route);
        }

        if (route.IdleNode is { List: not null } idle)
        {
            _idleRoutes.Remove(idle);
        }

        return route;
    }

    private void LeaveRoute(Route route)
    {
        if (--route.Locks > 0)
        {
            return;
        }

        route.IdleSince = _now;
        route.IdleNode ??= new LinkedListNode<Route>(route);
        _idleRoutes.AddLast(route.IdleNode);
        Arm(_now + _options.IdleResource);
    }

    private void ForgetIdleRoutes()
    {
        while (_idleRoutes.First is { } oldest && oldest.Value.IdleSince + _options.IdleResource <= _now)
        {
            _idleRoutes.Remove(oldest);
            if (oldest.Value.LookupUnderWay)
            {
                oldest.Value.IdleSince = _now; // the answer concerns this one: see ForgetIdle
                _idleRoutes.AddLast(oldest);
                continue;
            }

            _routes.Remove(oldest.Value.Name);
        }

        if (_idleRoutes.First is { } next)
        {
            Arm(next.Value.IdleSince + _options.IdleResource);
        }
    }

    private void LookUp(Route route)
    {
        if (route.LookupUnderWay)
        {
            return;
        }

        MemberId directory = DirectoryOf(route.Name);
        if (directory == Self)
        {
            OnMasterIs(route.Name, FindOrAssign(route.Name, Self), _forgottenTokens);
            return;
        }

        route.LookupUnderWay = true;
        Send(directory, new LockMessageBody.Lookup(route.Name));
    }

    private void OnMasterIs(ResourceName resource, MemberId master, ulong tokenFloor)
    {
        if (master == Self)
        {
            // The directory counts on it, whether or not anybody here still wants the resource.
            _table.RaiseTokenCounter(tokenFloor);
            _table.AddResource(resource);
            DrainTable();
        }

        if (!_routes.TryGetValue(resource, out Route? route))
        {
            return;
        }

        route.LookupUnderWay = false;
        if (route.Master == MemberId.None && _memberSet.Contains(master))
        {
            route.Master = master;
            route.Since = Generation;
        }

        ulong[] waiting = [.. route.Waiting];
        route.Waiting.Clear();
        if (State != LockSpaceState.Granting)
        {
            return; // asked when the recovery is over
        }

        foreach (ulong number in waiting)
        {
            if (_locks.TryGetValue(number, out LocalLock? local)
                && local.State == LocalLockState.Asking
                && local.SentTo == MemberId.None)
            {
                Ask(local);
            }
        }
    }
}
