namespace Cluster.Locks.Contract;

/// <summary>
/// The user's side of one lock, the same for both managers: states, waiting, timeouts, cancellation, loss. A manager derives from
/// it, carries out the four orders and reports what came of them. Orders are given, and may be answered, without this lock's gate
/// held.
/// </summary>
internal abstract class ManagedLock : HeldLock
{
    private readonly Lock _gate = new();
    private readonly LossSignal _loss;
    private readonly NoticeDispatcher _notices;
    private readonly LockRequestOptions _options;
    private State _state = State.Requesting;
    private LockOperation? _operation;
    private LockGrant _held;

    protected ManagedLock(string space, string resource, LockRequestOptions? options, LossSignal loss, NoticeDispatcher notices)
    {
        Space = space;
        Resource = resource;
        _options = options ?? Defaults;
        _loss = loss;
        _notices = notices;
        CheckTimeout(_options);
    }

    private enum State
    {
        Requesting,
        Held,
        Converting,
        Released,
    }

    public override string Resource { get; }

    public override LockMode Mode
    {
        get
        {
            lock (_gate)
            {
                return _held.Mode;
            }
        }
    }

    public override FencingToken Token
    {
        get
        {
            lock (_gate)
            {
                return _held.Token;
            }
        }
    }

    public override bool WasDemoted
    {
        get
        {
            lock (_gate)
            {
                return _held.Demoted;
            }
        }
    }

    public override CancellationToken Lost => _loss.Token;

    public override bool IsValid
    {
        get
        {
            lock (_gate)
            {
                return _state is State.Held or State.Converting && !_loss.IsLost;
            }
        }
    }

    protected string Space { get; }

    private static LockRequestOptions Defaults { get; } = new();

    /// <summary>Takes the lock. Called once, first.</summary>
    public ValueTask<HeldLock> RequestAsync(LockMode mode, CancellationToken cancellation)
    {
        LockOperation operation = new(mode);
        _operation = operation;
        SendRequest(mode, _options.Flags);
        Task? wait = WaitOf(operation);
        return wait is not null ? WaitForLockAsync(operation, wait, cancellation)
            : operation.Error is { } error ? ValueTask.FromException<HeldLock>(error)
            : new ValueTask<HeldLock>(this);
    }

    public override ValueTask ConvertAsync(LockMode mode, LockRequestOptions? options, CancellationToken cancellation)
    {
        options ??= Defaults;
        CheckTimeout(options);
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellation);
        }

        LockOperation operation = new(mode);
        lock (_gate)
        {
            if (_state == State.Released)
            {
                throw new LockReleasedException($"cannot convert the lock on '{Resource}' to {mode}: it was released; take a new one");
            }

            if (_loss.IsLost)
            {
                throw _loss.ToException(Space);
            }

            if (_state == State.Converting)
            {
                throw new LockBusyException(
                    $"cannot convert the lock on '{Resource}' to {mode}: a conversion to {_operation!.Mode} is in flight; "
                    + "wait for it or cancel it");
            }

            _state = State.Converting;
            _operation = operation;
        }

        SendConvert(mode, options.Flags);
        Task? wait = WaitOf(operation);
        return wait is not null ? WaitAsync(operation, wait, options.Timeout, cancellation)
            : operation.Error is { } error ? ValueTask.FromException(error)
            : default;
    }

    public override ValueTask UnlockAsync()
    {
        lock (_gate)
        {
            if (_state == State.Released)
            {
                return default;
            }

            _state = State.Released;
            _operation?.Complete(new LockReleasedException($"the lock on '{Resource}' was released while its conversion was in flight"));
            _operation = null;
        }

        SendRelease();
        return default;
    }

    /// <summary>The manager reports a grant.</summary>
    public void OnGranted(LockGrant held)
    {
        lock (_gate)
        {
            if (_state == State.Released)
            {
                return; // Given up meanwhile; the release is on its way.
            }

            _state = State.Held;
            _held = held;
            _operation?.Complete(null);
            _operation = null;
        }
    }

    /// <summary>The manager reports that the operation in flight was not granted.</summary>
    /// <param name="failure">How it ended.</param>
    /// <param name="text">Details for people; may be empty.</param>
    /// <param name="held">What is held all the same; null: the lock does not exist any more.</param>
    public void OnFailed(LockFailure failure, string text, LockGrant? held)
    {
        lock (_gate)
        {
            if (_state == State.Released)
            {
                return; // Given up meanwhile.
            }

            _state = held is null ? State.Released : State.Held;
            _held = held ?? _held;
            LockOperation? operation = _operation;
            _operation = null;
            operation?.Complete(ToException(operation, failure, text));
        }
    }

    /// <summary>The manager reports that all is lost. <see cref="LossSignal"/> was signalled before.</summary>
    public void OnLost()
    {
        lock (_gate)
        {
            _operation?.Complete(_loss.ToException(Space));
            _operation = null;
        }
    }

    /// <summary>The manager reports that this lock blocks a request for <paramref name="mode"/>.</summary>
    public void OnBlocking(LockMode mode)
    {
        if (_options.OnBlocking is { } callback)
        {
            _notices.Post(this, mode, callback);
        }
    }

    /// <summary>
    /// Asks for the lock; answered by <see cref="OnGranted"/> or <see cref="OnFailed"/>, perhaps before it returns.
    /// </summary>
    protected abstract void SendRequest(LockMode mode, LockFlags flags);

    /// <summary>Asks for a conversion; answered as a request is.</summary>
    protected abstract void SendConvert(LockMode mode, LockFlags flags);

    /// <summary>Asks to give up the conversion in flight; the conversion's own answer says whether that was in time.</summary>
    protected abstract void SendCancel();

    /// <summary>Gives up whatever stands: a request in flight, a granted lock, a conversion. Not answered.</summary>
    protected abstract void SendRelease();

    private static void CheckTimeout(LockRequestOptions options)
    {
        if (options.Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout.TotalMilliseconds > int.MaxValue))
        {
            throw new ArgumentException(
                $"a lock's timeout must be positive and less than 24 days, not {timeout}; "
                + $"use {nameof(LockRequestOptions.NoQueue)} not to wait at all");
        }
    }

    private Task? WaitOf(LockOperation operation)
    {
        lock (_gate)
        {
            return operation.Wait();
        }
    }

    private async ValueTask<HeldLock> WaitForLockAsync(LockOperation operation, Task wait, CancellationToken cancellation)
    {
        await WaitAsync(operation, wait, _options.Timeout, cancellation).ConfigureAwait(false);
        return this;
    }

    private async ValueTask WaitAsync(LockOperation operation, Task wait, TimeSpan? timeout, CancellationToken cancellation)
    {
        using CancellationTokenSource? timer = timeout is { } span ? new CancellationTokenSource(span) : null;
        using CancellationTokenRegistration timed = timer is null ? default : timer.Token.UnsafeRegister(
            _ => GiveUp(operation, new LockTimeoutException($"{operation.Mode} on '{Resource}' was not granted within {timeout}")), null);
        using CancellationTokenRegistration canceled = cancellation.UnsafeRegister(
            _ => GiveUp(operation, new OperationCanceledException(cancellation)), null);
        await wait.ConfigureAwait(false);
    }

    private void GiveUp(LockOperation operation, Exception reason)
    {
        bool isRequest;
        lock (_gate)
        {
            if (_operation != operation || operation.GivenUp is not null)
            {
                return; // Done, or given up before.
            }

            operation.GivenUp = reason;
            isRequest = _state == State.Requesting;
            if (isRequest)
            {
                // Its user gets the answer now; the release that follows also covers a grant that is on its way.
                _state = State.Released;
                _operation = null;
                operation.Complete(reason);
            }
        }

        if (isRequest)
        {
            SendRelease();
        }
        else
        {
            SendCancel();
        }
    }

    private Exception ToException(LockOperation operation, LockFailure failure, string text) => failure switch
    {
        LockFailure.NotAvailable => new LockNotAvailableException($"{operation.Mode} on '{Resource}' is not available now{Suffix(text)}"),
        LockFailure.Canceled => operation.GivenUp
            ?? new OperationCanceledException($"{operation.Mode} on '{Resource}' was canceled{Suffix(text)}"),
        LockFailure.Deadlock => new LockDeadlockException(
            $"conversion to {operation.Mode} on '{Resource}': another holder waits for the mode held here{Suffix(text)}; "
            + "release or convert down, then try again"),
        LockFailure.Invalid => new ArgumentException($"{operation.Mode} on '{Resource}': {text}"),
        _ => new LockReleasedException($"{operation.Mode} on '{Resource}': the manager does not know the lock{Suffix(text)}"),
    };

    private static string Suffix(string text) => text.Length == 0 ? "" : ": " + text;
}
