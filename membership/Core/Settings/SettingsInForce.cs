namespace Cluster.Membership;

/// <summary>The settings that this node goes by: the cluster's, once it has any; its own configuration before.</summary>
internal sealed class SettingsInForce
{
    private readonly ClusterState _state;
    private readonly FencePolicy _configuredFencing;
    private SettingsRecord? _record;
    private FencePolicy _fencing;

    public SettingsInForce(MembershipOptions options, ClusterState state)
    {
        _state = state;
        _configuredFencing = options.Fencing;
        _fencing = options.Fencing;
        Configured = new ClusterSettings
        {
            Timing = options.Timing,
            Fencing = options.Fencing,
            Quorum = options.Quorum with { WaitForAll = options.Quorum.WaitForAll || options.Quorum.TwoNode },
            Groups = options.Groups,
            Limits = options.Limits,
        };
    }

    /// <summary>What this daemon was configured with.</summary>
    public ClusterSettings Configured { get; }

    public ClusterSettings Values => _state.Settings.Version == 0 ? Configured : _state.Settings.Values;

    public MembershipTiming Timing => Values.Timing;

    /// <summary>With this daemon's levels.</summary>
    public FencePolicy Fencing
    {
        get
        {
            if (!ReferenceEquals(_record, _state.Settings))
            {
                _record = _state.Settings;
                _fencing = Values.Fencing with { Levels = _configuredFencing.Levels };
            }

            return _fencing;
        }
    }
}
