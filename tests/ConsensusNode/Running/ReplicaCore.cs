using System.Runtime.InteropServices;
using Cluster.Consensus;
using Cluster.ConsensusNode.State;
using Cluster.Runtime.Links;
using Cluster.Runtime.Loop;

namespace Cluster.ConsensusNode.Running;

/// <summary>A bare replicated log on the product's loop: the engine, the machine above it, and who waits for proposals.</summary>
/// <param name="log">The engine.</param>
/// <param name="machine">The machine.</param>
/// <param name="compactEvery">So many entries after the last snapshot the state is handed over for the next.</param>
/// <param name="writer">Takes writes.</param>
/// <param name="saver">Takes snapshots to be saved.</param>
/// <param name="links">Take messages.</param>
internal sealed class ReplicaCore(
    IReplicatedLog log, CountingMachine machine, ulong compactEvery, LogThread writer, SnapshotThread saver, PeerLinks links) : ILoopCore
{
    // Ordered by index.
    private readonly Queue<Proposal> _waiting = new();
    private LogIndex _lastProposed;
    private LogIndex _handedOver;

    /// <summary>The engine. On the loop's thread.</summary>
    public IReplicatedLog Log => log;

    /// <summary>The machine. On the loop's thread.</summary>
    public CountingMachine Machine => machine;


    public MonotonicTime TickDue => log.TickDue;

    public void Tick(MonotonicTime now) => log.Tick(now);

    public void Persisted(ulong ticket, MonotonicTime now) => log.Persisted(ticket, now);

    public void Receive(in RaftMessage message, MonotonicTime now) => log.Receive(message, now);

    public void Receive(PeerMessage message, MonotonicTime now)
    {
        // Those are the membership core's; a bare log has none.
    }

    public void Run(LoopCall call, MonotonicTime now)
    {
        if (call is Proposal proposal)
        {
            Propose(proposal, now);
        }
        else
        {
            ((ReplicaCall)call).Run(this, now);
        }
    }

    public void EndBatch(MonotonicTime now)
    {
        log.Flush(now);
        LogEffects effects = log.Effects;
        foreach (ref readonly RaftMessage message in CollectionsMarshal.AsSpan(effects.Messages))
        {
            links.Send(message);
        }

        // Before the own write is begun: the others' writes are what a commit waits for longest.
        links.Flush();
        if (effects.Writes.Count > 0)
        {
            writer.Enqueue(effects.Writes);
        }

        if (effects.SnapshotSaves.Count > 0)
        {
            saver.Enqueue(effects.SnapshotSaves);
        }

        if (effects.Restored is { } snapshot)
        {
            Restore(snapshot);
        }

        foreach (ref readonly LogEntry entry in CollectionsMarshal.AsSpan(effects.Committed))
        {
            machine.Apply(entry);
            Answer(entry);
        }

        effects.Clear();
        if (machine.Applied.Value - _handedOver.Value >= compactEvery)
        {
            Compact(now);
        }
    }

    /// <summary>Hands the state over for a snapshot, so that the log up to here can go.</summary>
    public bool Compact(MonotonicTime now)
    {
        _handedOver = machine.Applied;
        return log.Compact(machine.Applied, machine.Save(), now);
    }

    public void Abandon(Exception reason)
    {
        while (_waiting.TryDequeue(out Proposal? proposal))
        {
            proposal.Finish(ProposalEnd.Unknown);
        }
    }

    private void Restore(Snapshot snapshot)
    {
        machine.Restore(snapshot.State.Span);
        _handedOver = snapshot.Meta.Index;
        while (_waiting.TryPeek(out Proposal? proposal) && proposal.Index <= snapshot.Meta.Index)
        {
            _waiting.Dequeue().Finish(ProposalEnd.Unknown);
        }
    }

    private void Propose(Proposal proposal, MonotonicTime now)
    {
        if (log.TryPropose(proposal.Payload, now, out LogIndex index))
        {
            proposal.Index = index;
            proposal.Term = log.Status.Term;
            if (index <= _lastProposed)
            {
                GiveUpFrom(index);
            }

            _lastProposed = index;
            _waiting.Enqueue(proposal);
        }
        else
        {
            proposal.Finish(log.Status.IsLeader ? ProposalEnd.Full : ProposalEnd.NotLeader);
        }
    }

    /// <summary>
    /// This node led, lost its entries from here on to another leader, and leads again. Where those entries went nobody here can
    /// tell.
    /// </summary>
    private void GiveUpFrom(LogIndex index)
    {
        for (int count = _waiting.Count; count > 0; count--)
        {
            Proposal proposal = _waiting.Dequeue();
            if (proposal.Index < index)
            {
                _waiting.Enqueue(proposal);
            }
            else
            {
                proposal.Finish(ProposalEnd.Unknown);
            }
        }
    }

    /// <summary>Whatever is committed decides all proposals up to its index.</summary>
    private void Answer(in LogEntry entry)
    {
        while (_waiting.TryPeek(out Proposal? proposal) && proposal.Index <= entry.Index)
        {
            _waiting.Dequeue();
            bool isThis = proposal.Index == entry.Index && proposal.Term == entry.Term;
            proposal.Finish(isThis ? ProposalEnd.Applied : ProposalEnd.Lost);
        }
    }
}
