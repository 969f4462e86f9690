using System.Net;

namespace Cluster.Tests.Workload;

/// <summary>What one node's workload does.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Nodes">How many nodes there are, named n1, n2, ...</param>
/// <param name="MembershipSocket">Where the daemon is reached.</param>
/// <param name="LockdSocket">Where lockd is reached.</param>
/// <param name="Listen">Where the other in-process managers reach this one.</param>
/// <param name="SharedFolder">The shared disk.</param>
/// <param name="Journal">Where it records what it did.</param>
/// <param name="Workers">Incrementing loops for each manager.</param>
/// <param name="Counters">Counters for each manager.</param>
/// <param name="Pause">Between two increments of one loop.</param>
/// <param name="StopFile">It ends in good order when this file is there.</param>
internal sealed record WorkloadSettings(
    string Node,
    int Nodes,
    string MembershipSocket,
    string LockdSocket,
    IPEndPoint Listen,
    string SharedFolder,
    string Journal,
    int Workers,
    int Counters,
    TimeSpan Pause,
    string StopFile);
