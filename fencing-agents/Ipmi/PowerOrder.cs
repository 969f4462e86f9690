namespace Cluster.Fencing.Ipmi;

/// <summary>
/// Brings the power into a wanted state and reads it back: read, order, read until it is so. The order is given a second time when
/// half of the deadline has passed, because BMCs lose orders; an order that is accepted and has no effect is a failure.
/// </summary>
internal static class PowerOrder
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>What came of an order.</summary>
    /// <param name="Power">The state last read back.</param>
    /// <param name="Orders">How often the order was given.</param>
    internal readonly record struct Outcome(PowerState Power, int Orders);

    /// <summary>Ends when the wanted state was read back, or just before the deadline.</summary>
    /// <exception cref="IpmiException">
    /// The BMC failed in a way that the deadline left no time to mend; the message then tells what is known of the order.
    /// </exception>
    public static async Task<Outcome> RunAsync(
        IpmiConnection bmc, PowerState wanted, Deadline deadline, CancellationToken cancellation)
    {
        var orders = 0;
        var power = PowerState.Unknown;
        try
        {
            power = await bmc.ReadPowerAsync().ConfigureAwait(false);
            if (power == wanted)
            {
                return new Outcome(power, orders);
            }

            await bmc.OrderAsync(wanted).ConfigureAwait(false);
            orders++;
            for (var pause = FirstPause; ; pause = Longer(pause))
            {
                power = await bmc.ReadPowerAsync().ConfigureAwait(false);
                if (power == wanted || deadline.Remaining <= pause)
                {
                    return new Outcome(power, orders);
                }

                if (orders == 1 && deadline.HalfGone)
                {
                    await bmc.OrderAsync(wanted).ConfigureAwait(false);
                    orders++;
                }

                await Task.Delay(pause, cancellation).ConfigureAwait(false);
            }
        }
        catch (IpmiException error) when (orders > 0)
        {
            // The BMC said "on" after the order and then nothing more: what an operator must know is both.
            throw new IpmiException(error.Failure, Recovery.None,
                $"{error.Message} Before that it accepted the order to power {(wanted == PowerState.Off ? "off" : "on")}; "
                + $"the power was last read as {power.ToString().ToLowerInvariant()}.");
        }
    }

    private static TimeSpan Longer(TimeSpan pause) =>
        TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
}
