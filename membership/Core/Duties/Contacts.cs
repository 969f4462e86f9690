using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>
/// What a leader remembers of each member during its tenure: when it last heard it, when it last prolonged its lease, and whom it has proposed to
/// declare down.
/// </summary>
internal sealed class Contacts
{
    private readonly SortedDictionary<NodeId, Contact> _contacts = [];
    private readonly SortedDictionary<NodeId, (Incarnation Life, MonotonicTime At)> _heard = [];
    private readonly SortedDictionary<NodeId, MonotonicTime> _begun = [];

    public Contact Of(NodeId node)
    {
        if (!_contacts.TryGetValue(node, out Contact? contact))
        {
            contact = new Contact();
            _contacts.Add(node, contact);
        }

        return contact;
    }

    /// <summary>A new tenure begins: nothing that was believed in an earlier one counts.</summary>
    public void Reset() => _contacts.Clear();

    /// <summary>A new life of a node begins now: what was believed of the former one does not count.</summary>
    public void Renew(NodeId node, MonotonicTime now)
    {
        _contacts[node] = new Contact { LastHeard = now };
        _begun[node] = now;
    }

    /// <summary>When this process learnt of the newest life of a node, across tenures.</summary>
    public MonotonicTime BegunAt(NodeId node) => _begun.GetValueOrDefault(node, MonotonicTime.DistantPast);

    /// <summary>Remembers, across tenures, that this process has heard this life of a node now.</summary>
    public void MarkHeard(NodeId node, Incarnation incarnation, MonotonicTime now) => _heard[node] = (incarnation, now);

    /// <summary>When this process last heard this life of a node, as leader or from it as leader; null when never.</summary>
    public MonotonicTime? HeardAt(NodeId node, Incarnation incarnation) =>
        _heard.TryGetValue(node, out (Incarnation Life, MonotonicTime At) heard) && heard.Life == incarnation ? heard.At : null;

    /// <summary>
    /// This process was stalled: the silence it sees may be its own. Everybody counts as just heard, and answers of probes are void; what was
    /// granted, and whom it has condemned, stays.
    /// </summary>
    public void Forgive(MonotonicTime now)
    {
        foreach (Contact contact in _contacts.Values)
        {
            contact.LastHeard = MonotonicTime.Max(contact.LastHeard, now);
            contact.ReachedByOthers = MonotonicTime.DistantPast;
        }
    }

    internal sealed class Contact
    {
        /// <summary>When the node's present life last asked for its lease.</summary>
        public MonotonicTime LastHeard { get; set; } = MonotonicTime.DistantPast;

        /// <summary>When the request arrived on which the lease was last granted: the lease began before.</summary>
        public MonotonicTime LastGrant { get; set; } = MonotonicTime.DistantPast;

        /// <summary>When everything that was granted is over for certain, each grant with the length that it had.</summary>
        public MonotonicTime LeaseOver { get; set; } = MonotonicTime.DistantPast;

        /// <summary>When another member last said that it reached the node.</summary>
        public MonotonicTime ReachedByOthers { get; set; } = MonotonicTime.DistantPast;

        public MonotonicTime ProbeAgainAt { get; set; } = MonotonicTime.DistantPast;

        /// <summary>The life whose end this leader has proposed: it grants it nothing more.</summary>
        public Incarnation Condemned { get; set; }

        public MonotonicTime ProposeAgainAt { get; set; } = MonotonicTime.DistantPast;
    }
}
