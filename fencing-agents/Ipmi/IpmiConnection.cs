using Cluster.Fencing.Ipmi.Commands;
using Cluster.Fencing.Ipmi.Session;

namespace Cluster.Fencing.Ipmi;

/// <summary>
/// The commands that an action needs, carried out within its deadline over as many sessions as that takes: BMCs drop sessions, have
/// no room for one, or are busy for a moment, and a node must be fenced all the same.
/// </summary>
internal sealed class IpmiConnection(IpmiOptions options, byte[] password, Deadline deadline, CancellationToken cancellation)
    : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private IpmiSession? _session;
    private CipherSuite? _agreed;

    /// <summary>The cipher suite of the session; null before there was one.</summary>
    public int? CipherSuite => _agreed?.Id;

    public Task<PowerState> ReadPowerAsync() =>
        WithSessionAsync(session => ChassisStatus.RunAsync(session, options, cancellation));

    public Task OrderAsync(PowerState wanted) =>
        WithSessionAsync(async session =>
        {
            await ChassisControl.RunAsync(session, options, wanted, cancellation).ConfigureAwait(false);
            return wanted;
        });

    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            using (session)
            {
                await session.CloseAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<T> WithSessionAsync<T>(Func<IpmiSession, Task<T>> command)
    {
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            try
            {
                _session ??= await ConnectAsync().ConfigureAwait(false);
                return await command(_session).ConfigureAwait(false);
            }
            catch (IpmiException error) when (error.Recovery is Recovery.Repeat or Recovery.Reconnect)
            {
                if (error.Recovery == Recovery.Reconnect)
                {
                    _session?.Dispose();
                    _session = null;
                }

                if (deadline.Remaining <= pause)
                {
                    throw;
                }

                await Task.Delay(pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<IpmiSession> ConnectAsync()
    {
        // Once a suite was agreed on, a later session of the same action uses no other one.
        IReadOnlyList<CipherSuite> suites = _agreed is null ? options.Suites : [_agreed];
        for (var at = 0; ; at++)
        {
            try
            {
                var session = await ConnectAsync(suites[at]).ConfigureAwait(false);
                _agreed = suites[at];
                return session;
            }
            catch (IpmiException error) when (error.Recovery == Recovery.NextSuite && at + 1 < suites.Count)
            {
                // The next suite is tried.
            }
        }
    }

    private async Task<IpmiSession> ConnectAsync(CipherSuite suite)
    {
        var channel = await UdpChannel.OpenAsync(options, deadline, cancellation).ConfigureAwait(false);
        try
        {
            return await new SessionOpener(channel, options, suite, cancellation).OpenAsync(password).ConfigureAwait(false);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }
}
