namespace Cluster.Integration.Tests.Chaos;

/// <summary>What a client knows of one proposal. Times are Stopwatch timestamps of this process.</summary>
internal sealed record ProposalRecord(ulong Id, long Sent)
{
    /// <summary>When its acknowledgement came; 0 for never.</summary>
    public long Acknowledged { get; set; }

    /// <summary>Where it was said to be committed.</summary>
    public ulong Index { get; set; }

    /// <summary>It was said to be lost for certain.</summary>
    public bool Lost { get; set; }
}
