using System.Runtime.InteropServices;

namespace Cluster.Api.Server.Hosting;

/// <summary>SIGTERM and SIGINT: the first asks for an orderly end, the second for an end at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _hurry = new();
    private readonly PosixSignalRegistration _term;
    private readonly PosixSignalRegistration _interrupt;

    public StopSignals()
    {
        _term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Received);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Received);
    }

    /// <summary>Completes with the first signal.</summary>
    public Task Stop => _stop.Task;

    /// <summary>Signalled with the second.</summary>
    public CancellationToken Hurry => _hurry.Token;

    public void Dispose()
    {
        _term.Dispose();
        _interrupt.Dispose();
        _hurry.Dispose();
    }

    private void Received(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_stop.TrySetResult())
        {
            _hurry.Cancel();
        }
    }
}
