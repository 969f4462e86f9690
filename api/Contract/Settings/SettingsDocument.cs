using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>The settings of the whole cluster, as the answering node goes by them.</summary>
public sealed record SettingsDocument
{
    /// <summary>Grows by one with each change. 0: the cluster has none yet, and each daemon goes by its own configuration.</summary>
    public required ulong Version { get; init; }

    /// <summary>Who made the newest change; absent at version 0.</summary>
    public string? Who { get; init; }

    /// <summary>When (UTC); absent at version 0.</summary>
    public DateTime? ChangedAt { get; init; }

    /// <summary>What is in force, every value.</summary>
    public required SettingsValues Values { get; init; }

    /// <summary>What was said; the profile and the release give the rest.</summary>
    public required SettingsValues Given { get; init; }
}

/// <summary>Changes the settings. Everything that is in force afterwards is checked together.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SettingsChangeRequest
{
    /// <summary>Who changes them. Required, at most 128 characters.</summary>
    public string? Who { get; init; }

    /// <summary>The version that the change is made from; refused when another change came first. Left out: whichever is in force, unless If-Match says it.</summary>
    public ulong? BasedOn { get; init; }

    /// <summary>What is to be said from now on.</summary>
    public SettingsValues? Set { get; init; }

    /// <summary>What is to be said no more, so that the profile or the release gives it: <c>timing.leaseMs</c>, or a whole section such as <c>timing</c>.</summary>
    public IReadOnlyList<string>? Reset { get; init; }
}

/// <summary>What became of a change of settings, or would become.</summary>
/// <param name="DryRun">True when nothing was changed.</param>
/// <param name="Changes">The values that are others now; empty when none is.</param>
/// <param name="Settings">The settings afterwards.</param>
public sealed record SettingsChangeDocument(bool DryRun, IReadOnlyList<SettingChange> Changes, SettingsDocument Settings);

/// <summary>A value that became another.</summary>
/// <param name="Key">Its name, e.g. <c>timing.leaseMs</c>.</param>
/// <param name="From">What was in force; absent for nothing.</param>
/// <param name="To">What is; absent for nothing.</param>
public sealed record SettingChange(string Key, string? From, string? To);

/// <summary>The changes of settings that are retained.</summary>
/// <param name="Changes">Oldest first.</param>
public sealed record SettingsHistory(IReadOnlyList<SettingsHistoryEntry> Changes);

/// <summary>One change of settings.</summary>
/// <param name="Version">The version that it made.</param>
/// <param name="Who">Who made it.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Changes">The values that became others; of the oldest that is retained, those that differ from the release's own.</param>
public sealed record SettingsHistoryEntry(ulong Version, string Who, DateTime At, IReadOnlyList<SettingChange> Changes);
