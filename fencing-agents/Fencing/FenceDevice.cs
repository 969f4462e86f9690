namespace Cluster.Fencing;

/// <summary>A fence device as configured.</summary>
/// <param name="Name">Its unique name.</param>
/// <param name="Agent">The plug-in's word, e.g. <c>ipmi</c>.</param>
/// <param name="Targets">The names of the nodes it can fence.</param>
/// <param name="Parameters">What the plug-in needs; secrets are references such as <c>file:bmc.password</c>.</param>
/// <param name="Level">Levels are tried in ascending order, 1 to 9.</param>
public sealed record FenceDevice(
    string Name,
    string Agent,
    IReadOnlyList<string> Targets,
    IReadOnlyDictionary<string, string> Parameters,
    int Level = 1);
