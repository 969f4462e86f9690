namespace Cluster.Api.Server.Hooks;

/// <summary>One executable that is run for events.</summary>
/// <param name="Name">Its sub-folder and file, e.g. <c>node-down/50-page</c>.</param>
/// <param name="Path">The whole path.</param>
/// <param name="Kind">The kind of event it is run for, e.g. <c>node-down</c>; <c>any</c> for all.</param>
internal sealed record Hook(string Name, string Path, string Kind)
{
    /// <summary>The sub-folder of hooks that are run for every event.</summary>
    public const string AnyKind = "any";

    /// <summary>Whether it is run for events of this type, e.g. <c>cluster.node-down</c>.</summary>
    public bool IsFor(string type) => Kind == AnyKind || type.AsSpan(type.IndexOf('.', StringComparison.Ordinal) + 1).SequenceEqual(Kind);
}
