using Cluster.Client.Processes;
using Cluster.Membership;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.Processes;

/// <summary>
/// Answers <see cref="ExitQuestion"/>s: waits until the process of a former life's member has ended, or until that very process
/// has said that it has given up what the member held.
/// </summary>
/// <param name="answer">Takes the proven members.</param>
/// <param name="logger">Says what is waited for.</param>
internal sealed class ExitProver(Action<MemberId> answer, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<(MemberId Member, ProcessIdentity Process)> _declared = [];
    private readonly Dictionary<MemberId, Question> _open = [];

    /// <summary>Takes a question; it is answered once.</summary>
    public void Ask(ExitQuestion question)
    {
        var process = new ProcessIdentity(question.ProcessId, question.ProcessStart);
        lock (_gate)
        {
            if (_stop.IsCancellationRequested || _open.ContainsKey(question.Member))
            {
                return;
            }

            var open = new Question(process, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
            _open.Add(question.Member, open);
            if (_declared.Remove((question.Member, process)))
            {
                open.Declared.Cancel();
            }

            open.Task = Task.Run(() => ProveAsync(question.Member, open));
        }
    }

    /// <summary>A process says that its member holds nothing any more (member.proto, LeaveGroup).</summary>
    public void Declare(MemberId member, ProcessIdentity process)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(member, out Question? question))
            {
                _declared.Add((member, process));
            }
            else if (question.Process == process)
            {
                question.Declared.Cancel();
            }
        }
    }

    /// <summary>Gives up what is not proven.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        List<Question> open;
        lock (_gate)
        {
            open = [.. _open.Values];
        }

        await Task.WhenAll(open.Select(question => question.Task)).ConfigureAwait(false);
        open.ForEach(question => question.Declared.Dispose());
        _stop.Dispose();
    }

    private async Task ProveAsync(MemberId member, Question question)
    {
        if (!question.Process.HasEnded())
        {
            RuntimeLog.WaitsForExit(logger, member.ToString(), question.Process.Id);
        }

        try
        {
            await question.Process.WaitForEndAsync(question.Declared.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException)
        {
            // Declared by the process itself.
        }

        answer(member);
    }

    private sealed class Question(ProcessIdentity process, CancellationTokenSource declared)
    {
        public ProcessIdentity Process { get; } = process;

        public CancellationTokenSource Declared { get; } = declared;

        public Task Task { get; set; } = Task.CompletedTask;
    }
}
