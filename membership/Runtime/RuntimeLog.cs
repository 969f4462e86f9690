using Microsoft.Extensions.Logging;

namespace Cluster.Runtime;

/// <summary>What the runtime logs. Event ids are stable.</summary>
internal static partial class RuntimeLog
{
    [LoggerMessage(1001, LogLevel.Information, "Node {Name} of cluster {Cluster} runs: {Entries} log entries in {Directory}, peers on {EndPoint}")]
    public static partial void Started(ILogger logger, string name, string cluster, int entries, string directory, string endPoint);

    [LoggerMessage(1002, LogLevel.Critical, "{What} failed; this process ends now, because it can't be trusted any more (S7)")]
    public static partial void Fatal(ILogger logger, string what, Exception reason);

    [LoggerMessage(1003, LogLevel.Warning, "The loop was not run for {Milliseconds} ms: the machine or this process was stalled")]
    public static partial void Stalled(ILogger logger, double milliseconds);

    [LoggerMessage(1004, LogLevel.Warning, "This node's incarnation {Incarnation} ended: {Reason}")]
    public static partial void IncarnationEnded(ILogger logger, ulong incarnation, string reason);

    [LoggerMessage(1005, LogLevel.Information, "This node is a member as incarnation {Incarnation}")]
    public static partial void IncarnationBegan(ILogger logger, ulong incarnation);

    [LoggerMessage(1006, LogLevel.Information, "Term {Term}: {Role}, {Leader}")]
    public static partial void Role(ILogger logger, ulong term, string role, string leader);

    [LoggerMessage(1007, LogLevel.Information, "Stops: waits for local members to leave: {Members}")]
    public static partial void WaitsForMembers(ILogger logger, string members);

    [LoggerMessage(1008, LogLevel.Warning, "Stops without leaving, so the cluster will declare this node down and fence it: {Reason}")]
    public static partial void StopsWithoutLeaving(ILogger logger, string reason);

    [LoggerMessage(1009, LogLevel.Information, "This node has left the cluster in good order")]
    public static partial void Left(ILogger logger);

    [LoggerMessage(1010, LogLevel.Information, "Waits for the end of process {Process}, which is member {Member} of this node's former life")]
    public static partial void WaitsForExit(ILogger logger, string member, int process);

    [LoggerMessage(1011, LogLevel.Warning, "The cluster does not take this node as a member yet: {Reason}")]
    public static partial void JoinRefused(ILogger logger, string reason);

    [LoggerMessage(1012, LogLevel.Information, "The cluster runs at feature level {Level}; this build understands {Understood}")]
    public static partial void FeatureLevelReached(ILogger logger, uint level, uint understood);

    [LoggerMessage(1013, LogLevel.Information, "Goes on from the snapshot of everything through entry {Index}: {Bytes} bytes of state")]
    public static partial void Restored(ILogger logger, ulong index, long bytes);

    [LoggerMessage(1014, LogLevel.Information, "Saved the snapshot of everything through entry {Index}: {Bytes} bytes of state in {Milliseconds:0} ms")]
    public static partial void SnapshotSaved(ILogger logger, ulong index, long bytes, double milliseconds);

    [LoggerMessage(1015, LogLevel.Warning, "{Problem}; it is tried again with a later one")]
    public static partial void SnapshotNotSaved(ILogger logger, string problem);

    [LoggerMessage(1016, LogLevel.Debug, "Breaks off saving the snapshot of everything through entry {Index}: {Reason}")]
    public static partial void SnapshotBrokenOff(ILogger logger, ulong index, string reason);

    [LoggerMessage(1017, LogLevel.Error, "The log goes on for now, but needs an operator: {Problem}")]
    public static partial void LogTrouble(ILogger logger, string problem);

    [LoggerMessage(1046, LogLevel.Warning, "Ends the stays of local members: {Reason}")]
    public static partial void StaysEnded(ILogger logger, string reason);

    [LoggerMessage(1018, LogLevel.Warning, "Read the configuration: {Difference}")]
    public static partial void NodesIgnored(ILogger logger, string difference);

    [LoggerMessage(1060, LogLevel.Information, "Goes by version {Version} of the settings: lease {LeaseMs} ms, heartbeat {HeartbeatMs} ms")]
    public static partial void TimingStored(ILogger logger, ulong version, double leaseMs, double heartbeatMs);

    [LoggerMessage(1061, LogLevel.Error, "The new timing can't be written to {Path}, so the former one is kept for now: {Problem}")]
    public static partial void TimingNotStored(ILogger logger, string path, string problem);

    [LoggerMessage(1019, LogLevel.Warning, "Ends although it still votes: the others did not take its vote from it in time, and go on missing it until it comes back or is removed")]
    public static partial void EndsAsVoter(ILogger logger);

    [LoggerMessage(1020, LogLevel.Information, "{Link} connection to {Description}")]
    public static partial void LinkUp(ILogger logger, string link, string description);

    [LoggerMessage(1021, LogLevel.Warning, "{Link} connection: {Problem}")]
    public static partial void LinkDown(ILogger logger, string link, string problem);

    [LoggerMessage(1022, LogLevel.Warning, "Refused a peer connection from {Remote}: {Reason}")]
    public static partial void PeerRefused(ILogger logger, string remote, string reason);

    [LoggerMessage(1023, LogLevel.Warning, "Dropped a message from node {Node}: {Reason}")]
    public static partial void MessageDropped(ILogger logger, uint node, string reason);

    [LoggerMessage(
        1024,
        LogLevel.Warning,
        "Peer links are PLAIN: neither encrypted nor authenticated; whoever reaches {EndPoint} can speak as any node and have machines "
        + "switched off. Configure peerTls with certificates (clusterctl pki)")]
    public static partial void PlainLinks(ILogger logger, string endPoint);

    [LoggerMessage(1025, LogLevel.Information, "Peer links take mutual TLS; the certificate of {Name} is good until {NotAfter:u}")]
    public static partial void SecuredLinks(ILogger logger, string name, DateTimeOffset notAfter);

    [LoggerMessage(1026, LogLevel.Error, "The changed certificate files can't be used, the former ones stay in use until {NotAfter:u}: {Problem}")]
    public static partial void CertificateUnusable(ILogger logger, DateTimeOffset notAfter, string problem);

    [LoggerMessage(
        1027,
        LogLevel.Warning,
        "The certificate for peer links expires at {NotAfter:u}; no connection can be made after that: issue a new one (clusterctl pki issue)")]
    public static partial void CertificateExpires(ILogger logger, DateTimeOffset notAfter);

    [LoggerMessage(1028, LogLevel.Warning, "{Problem}")]
    public static partial void PeersFileUnusable(ILogger logger, string problem);

    [LoggerMessage(1029, LogLevel.Warning, "This node does not listen at {Address}: {Problem}; its peers reach it at its other addresses only")]
    public static partial void NotListening(ILogger logger, string address, string problem);

    [LoggerMessage(1050, LogLevel.Information, "Peers: {Peers}")]
    public static partial void PeersChanged(ILogger logger, string peers);

    [LoggerMessage(1051, LogLevel.Information, "Node {Node} is not known here yet; it proved to belong to the cluster, and is listened to while it is connected")]
    public static partial void PeerKept(ILogger logger, string node);

    [LoggerMessage(1052, LogLevel.Warning, "Traffic to {Peer} moves from {From} to {To}")]
    public static partial void PathMoved(ILogger logger, string peer, string from, string to);

    [LoggerMessage(1053, LogLevel.Error, "Failed: {What}: {Problem}")]
    public static partial void BackgroundFailed(ILogger logger, string what, string problem);

    [LoggerMessage(1054, LogLevel.Warning, "{Problem}")]
    public static partial void NoPulse(ILogger logger, string problem);

    [LoggerMessage(1030, LogLevel.Warning, "Fence attempt {Operation}/{Attempt}: {Action} {Target} at level {Level}")]
    public static partial void FenceBegins(ILogger logger, string operation, uint attempt, string action, string target, int level);

    [LoggerMessage(1031, LogLevel.Warning, "Fence attempt {Operation}/{Attempt} on {Target}: {Outcome}, {Detail}")]
    public static partial void FenceEnded(ILogger logger, string operation, uint attempt, string target, string outcome, string detail);

    [LoggerMessage(1032, LogLevel.Warning, "Fence attempt {Operation}/{Attempt} on {Target} was broken off: it is not this node's to do any more")]
    public static partial void FenceCancelled(ILogger logger, string operation, uint attempt, string target);

    [LoggerMessage(1040, LogLevel.Information, "Process {Process} joined group {Group} as {Member}")]
    public static partial void MemberJoined(ILogger logger, int process, string group, string member);

    [LoggerMessage(1041, LogLevel.Information, "Process {Process} left group {Group} ({Member})")]
    public static partial void MemberLeft(ILogger logger, int process, string group, string member);

    [LoggerMessage(1042, LogLevel.Warning, "Process {Process} has ended without leaving; takes {Members} out of their groups")]
    public static partial void MemberProcessEnded(ILogger logger, int process, string members);

    [LoggerMessage(1043, LogLevel.Warning, "Process {Process} closed its connection but lives; {Members} stay members until it ends or comes back")]
    public static partial void MemberDetached(ILogger logger, int process, string members);

    [LoggerMessage(1044, LogLevel.Warning, "Refused a client: {Reason}")]
    public static partial void ClientRefused(ILogger logger, string reason);

    [LoggerMessage(1045, LogLevel.Error, "Serving a client failed")]
    public static partial void ClientFailed(ILogger logger, Exception reason);
}
