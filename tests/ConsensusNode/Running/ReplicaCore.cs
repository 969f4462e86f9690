using System.Runtime.InteropServices;
using Cluster.Consensus;
using Cluster.ConsensusNode.State;
using Cluster.Runtime.Links;
using Cluster.Runtime.Loop;

namespace Cluster.ConsensusNode.Running;

/// <summary>A bare replicated log on the product's loop: the engine, the machine above it, and who waits for proposals.</summary>
internal sealed class ReplicaCore(IReplicatedLog log, CountingMachine machine, LogThread writer, PeerLinks links) : ILoopCore
{
    // Ordered by index.
    private readonly Queue<Proposal> _waiting = new();
    private LogIndex _lastProposed;

    /// <summary>The engine. On the loop's thread.</summary>
    public IReplicatedLog Log => log;

    /// <summary>The machine. On the loop's thread.</summary>
    public CountingMachine Machine => machine;

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
        if (effects.Writes.Count > 0)
        {
            writer.Enqueue(effects.Writes);
        }

        foreach (ref readonly RaftMessage message in CollectionsMarshal.AsSpan(effects.Messages))
        {
            links.Send(message);
        }

        links.Flush();
        foreach (ref readonly LogEntry entry in CollectionsMarshal.AsSpan(effects.Committed))
        {
            machine.Apply(entry);
            Answer(entry);
        }

        effects.Clear();
    }

    public void Abandon(Exception reason)
    {
        while (_waiting.TryDequeue(out Proposal? proposal))
        {
            proposal.Finish(ProposalEnd.Unknown);
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
