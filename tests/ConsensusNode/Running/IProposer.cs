namespace Cluster.ConsensusNode.Running;

/// <summary>Who makes proposals.</summary>
internal interface IProposer
{
    /// <summary>A proposal has ended. On the loop's thread; must not wait.</summary>
    void Finished(Proposal proposal);
}
