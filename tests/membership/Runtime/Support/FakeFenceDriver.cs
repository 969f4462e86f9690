using System.Collections.Concurrent;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Runtime.Tests.Support;

/// <summary>A power switch that works at once, and remembers what it was asked.</summary>
internal sealed class FakeFenceDriver : IFenceDriver
{
    public ConcurrentQueue<FenceOrder> Orders { get; } = new();

    /// <summary>Asked before each attempt is carried out.</summary>
    public Func<FenceOrder, Task>? Before { get; set; }

    public async Task<AttemptOutcome> ExecuteAsync(FenceOrder order, CancellationToken cancellation)
    {
        Orders.Enqueue(order);
        if (Before is { } before)
        {
            await before(order);
        }

        Evidence evidence = order.Action == AttemptAction.SwitchOff ? Evidence.ObservedOff : Evidence.None;
        return new AttemptOutcome(true, evidence, "", "switched", "fake", TimeSpan.FromMilliseconds(1));
    }
}
