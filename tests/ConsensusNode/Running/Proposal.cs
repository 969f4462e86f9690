using Cluster.Consensus;
using Cluster.Runtime.Loop;

namespace Cluster.ConsensusNode.Running;

/// <summary>A command on its way through the log, and who waits for it.</summary>
/// <param name="owner">Is told what became of it.</param>
internal sealed class Proposal(IProposer owner) : LoopCall
{
    /// <summary>The command.</summary>
    public ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>When it was made, or should have been: a <see cref="System.Diagnostics.Stopwatch"/> timestamp.</summary>
    public long Began { get; set; }

    /// <summary>The id in the command.</summary>
    public ulong Id { get; set; }

    /// <summary>Where it stands in the log when it is committed in <see cref="Term"/>.</summary>
    public LogIndex Index { get; set; }

    /// <summary>The term it was proposed in.</summary>
    public Term Term { get; set; }

    /// <inheritdoc/>
    public override bool MayVisit => true;

    /// <summary>What became of it.</summary>
    public ProposalEnd End { get; private set; }

    /// <summary>Tells the owner. On the loop's thread.</summary>
    public void Finish(ProposalEnd end)
    {
        End = end;
        owner.Finished(this);
    }

    /// <inheritdoc/>
    public override void Abandon(Exception reason) => Finish(ProposalEnd.Unknown);
}
