using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Runtime.Loop;

/// <summary>The lease and incarnation of this node at one moment, as one value.</summary>
/// <param name="Incarnation">The present life; <see cref="Incarnation.None"/> while the node is not a member.</param>
/// <param name="Deadline">When the lease ends.</param>
/// <param name="LastEnded">The last life that ended, or whose stays were ended, while this process lived.</param>
/// <param name="EndReason">Why.</param>
/// <param name="IsStopped">Stays of the present life were ended for want of a quorum, and there is none yet: nobody may join.</param>
/// <param name="Ends">How often stays were ended.</param>
internal sealed record LeaseView(
    Incarnation Incarnation, MonotonicTime Deadline, Incarnation LastEnded, string EndReason, bool IsStopped = false, ulong Ends = 0)
{
    public static readonly LeaseView None = new(Incarnation.None, MonotonicTime.DistantPast, Incarnation.None, "");

    /// <summary>The life in which stays can be held now; <see cref="Incarnation.None"/> for none.</summary>
    public Incarnation Open => IsStopped ? Incarnation.None : Incarnation;
}

/// <summary>Where the loop writes the newest <see cref="LeaseView"/> and everybody reads it.</summary>
internal sealed class LeaseBoard
{
    private LeaseView _current = LeaseView.None;

    /// <summary>The newest view.</summary>
    public LeaseView Current => Volatile.Read(ref _current);

    /// <summary>Raised when the view changes.</summary>
    public ChangeNotifier Moved { get; } = new();

    /// <summary>Raised when anything but the deadline changes, which is seldom.</summary>
    public ChangeNotifier Turned { get; } = new();

    /// <summary>Written by the loop only.</summary>
    public void Publish(LeaseView view)
    {
        LeaseView before = _current;
        Volatile.Write(ref _current, view);
        Moved.Raise();
        if (view with { Deadline = before.Deadline } != before)
        {
            Turned.Raise();
        }
    }

    /// <summary>Waits until groups can be joined on this node.</summary>
    public async Task<Incarnation> WaitForIncarnationAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task moved = Turned.Next;
            if (Current.Open is var incarnation && incarnation != Incarnation.None)
            {
                return incarnation;
            }

            await moved.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
