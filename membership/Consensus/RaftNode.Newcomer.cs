namespace Cluster.Consensus;

/*
A node that comes in with an empty disk, perhaps under a number whose former disk was lost. On its way through the log it passes
configurations in which that number was a voter; going by those it could elect itself, or vote a second time in a term. So a newcomer neither
stands nor votes until the leader has told it that it holds the configuration in which it takes part now: that stands behind the
removal of its former life, which was committed before it was added again.

It stays a newcomer across restarts: while it has no vote to remember, a mark stands in the place of the vote. The leader's word is for
this life of the process only: the newcomer asks with a number it has drawn, and the leader returns that number. A newcomer
is not promoted, as its vote might be needed.

One of two voters asks in the same way when it starts, to know that it is in step (RaftNode.Standoff.cs).
*/
public sealed partial class RaftNode
{
    // In the place of a vote. No node has this number (RaftOptions.Validate).
    private static readonly NodeId NewcomersMark = new(uint.MaxValue);

    private readonly ulong _newcomersNumber;
    private bool _isNewcomer;

    private ulong NewcomersQuestion => _isNewcomer || (!_isInStep && IsOneOfTwo) ? _newcomersNumber : 0;

    private static bool IsNewcomer(RaftOptions options, RecoveredLog recovered)
    {
        bool isEmpty = recovered.HardState == default && recovered.Snapshot is null && recovered.Entries.Count == 0;
        return recovered.HardState.VotedFor == NewcomersMark || (isEmpty && !options.Voters.Contains(options.Self));
    }

    // The leader has sent a heartbeat, perhaps with the number of this life: then this log held the leader's newest configuration.
    private void TakeLeadersWord(in RaftMessage heartbeat)
    {
        bool isMine = heartbeat.Context == _newcomersNumber;
        _isInStep |= isMine;
        if (_isNewcomer && isMine)
        {
            // In this term its former life may have voted; now it has, for the leader.
            _isNewcomer = false;
            _votedFor = heartbeat.From;
            WriteHardState();
        }
    }

    // On a leader: what the next heartbeat tells a peer that may be a newcomer.
    private ulong WordFor(Peer peer) =>
        peer.RemovedBy is null && peer.Progress.Match >= ConfigurationIndex ? peer.Newcomer : 0;
}
