using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>The settings of the whole cluster.</content>
public sealed partial class ClusterState
{
    /// <summary>The settings, as far as the cluster has any: version 0 before the first change.</summary>
    public SettingsRecord Settings { get; private set; } = SettingsRecord.None;

    /// <summary>
    /// The longest that a leader of any version so far waits for the end of a lease. A node that was given the state instead of the changes that made it
    /// goes by this: it does not know which of them it missed just now.
    /// </summary>
    internal TimeSpan LongestLeaseBound { get; private set; }

    private CommandOutcome ApplySettingsChange(SettingsChange change)
    {
        if (change.BasedOn != Settings.Version)
        {
            string present = Settings.Version == 0 ? "they were never changed (version 0)" : $"version {Settings.Version}, by {Settings.Who}, is in force";
            return Refused(
                OutcomeCode.Conflict, $"the settings were to be changed from version {change.BasedOn}, but {present}; look at them and change them anew");
        }

        if (change.Who.Length == 0 || change.Settings is null)
        {
            return Refused(OutcomeCode.Malformed, "a change of the settings needs the settings, and who changes them; give both");
        }

        IReadOnlyList<string> problems = SettingsRules.Validate(change.Settings);
        if (problems.Count > 0)
        {
            return Refused(OutcomeCode.Malformed, $"the settings do not fit together: {string.Join("; ", problems)}");
        }

        NodeId favoured = new(change.Settings.Quorum?.TwoNodeFavoured ?? 0);
        if (!favoured.IsNone && FindNode(favoured) is null)
        {
            return UnknownNode(favoured.Value);
        }

        Use(new SettingsRecord(Settings.Version + 1, ClusterSettings.From(change.Settings), change.Settings.Clone(), change.Who, _applyingAtUnixMs));
        Emit(new ClusterEvent
        {
            SettingsChanged = new SettingsChangedEvent { Version = Settings.Version, Settings = Settings.Given, Who = Settings.Who },
        });
        return Accepted(Settings.Version);
    }

    private void Use(SettingsRecord settings)
    {
        Settings = settings;
        TimeSpan bound = settings.Values.Timing.LeaseBound;
        LongestLeaseBound = bound > LongestLeaseBound ? bound : LongestLeaseBound;
        Events.Capacity = settings.Values.Limits.EventsRetained;
        TrimOperations();
        TrimKeys();
    }

    private SavedSettings? SaveSettings() => Settings.Version == 0 ? null : new SavedSettings
    {
        Version = Settings.Version,
        Settings = Settings.Given,
        Who = Settings.Who,
        ChangedAtUnixMs = Settings.ChangedAtUnixMs,
        LongestLeaseBoundMs = (long)Math.Ceiling(LongestLeaseBound.TotalMilliseconds),
    };

    private void RestoreSettings(SavedSettings? saved)
    {
        LongestLeaseBound = TimeSpan.FromMilliseconds(saved?.LongestLeaseBoundMs ?? 0);
        Settings = saved is null
            ? SettingsRecord.None
            : new SettingsRecord(saved.Version, SettingsForms.Read(saved.Settings), saved.Settings, saved.Who, saved.ChangedAtUnixMs);
        Events.Capacity = Settings.Values.Limits.EventsRetained;
    }
}
