namespace Cluster.Fencing.Ipmi;

/// <summary>
/// Fences by the power switch of a BMC over IPMI 2.0 (RMCP+). Each action opens a session of its own. Success of
/// <see cref="FenceAction.Off"/> means that the BMC's chassis status said "off" in that session after the order, or before any.
/// </summary>
internal sealed class IpmiAgent(IpmiOptions options, ISecretSource secrets) : IFenceAgent
{
    /// <inheritdoc />
    public async Task<FenceResult> ExecuteAsync(FenceRequest request, CancellationToken cancellation)
    {
        var deadline = new Deadline(request.Deadline);
        try
        {
            var bmc = new IpmiConnection(options, options.Password(secrets), deadline, cancellation);
            await using (bmc.ConfigureAwait(false))
            {
                return request.Action switch
                {
                    FenceAction.Off => await SwitchAsync(bmc, PowerState.Off, deadline, cancellation).ConfigureAwait(false),
                    FenceAction.On => await SwitchAsync(bmc, PowerState.On, deadline, cancellation).ConfigureAwait(false),
                    _ => await ReadAsync(bmc).ConfigureAwait(false),
                };
            }
        }
        catch (IpmiException error)
        {
            return FenceResult.Failed(error.Failure, error.Message);
        }
        catch (FenceConfigurationException error)
        {
            return FenceResult.Failed(FenceFailure.Configuration, error.Message);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<FenceResult> ReadAsync(IpmiConnection bmc)
    {
        var power = await bmc.ReadPowerAsync().ConfigureAwait(false);
        return FenceResult.Done(power, $"{Session(bmc)} reports power {power.ToString().ToLowerInvariant()}.");
    }

    private async Task<FenceResult> SwitchAsync(
        IpmiConnection bmc, PowerState wanted, Deadline deadline, CancellationToken cancellation)
    {
        var (power, orders) = await PowerOrder.RunAsync(bmc, wanted, deadline, cancellation).ConfigureAwait(false);
        var word = wanted.ToString().ToLowerInvariant();
        if (power == wanted)
        {
            var detail = orders == 0
                ? $"{Session(bmc)} reports that the power was {word} already."
                : $"{Session(bmc)} was ordered to power {word} and then reported power {word}.";
            return wanted == PowerState.Off ? FenceResult.ObservedOff(detail) : FenceResult.Done(power, detail);
        }

        return FenceResult.Failed(
            wanted == PowerState.Off ? FenceFailure.StillOn : FenceFailure.TimedOut,
            $"{Session(bmc)} accepted the order to power {word} ({orders}x) but still reported power "
            + $"{power.ToString().ToLowerInvariant()} after {deadline.Elapsed.TotalSeconds:0.0} s. "
            + $"Power the node {word} by hand and check the BMC.",
            power);
    }

    private string Session(IpmiConnection bmc) => $"{options.Bmc} (cipher suite {bmc.CipherSuite})";
}
