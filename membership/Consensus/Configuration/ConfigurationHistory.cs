namespace Cluster.Consensus;

/// <summary>
/// The configurations that stand in the log, newest last. The newest is in force whether it is committed or not (Raft §6); when its
/// entry is truncated, the one before it is in force again.
/// </summary>
internal sealed class ConfigurationHistory(LogIndex index, ClusterConfiguration configuration)
{
    // The first is the one the log begins with; it is never truncated.
    private readonly List<Standing> _standing = [new Standing(index, configuration)];

    /// <summary>The configuration in force.</summary>
    public ClusterConfiguration Newest => _standing[^1].Configuration;

    /// <summary>Where it stands.</summary>
    public LogIndex NewestIndex => _standing[^1].Index;

    /// <summary>The configuration of the newest entry up to <paramref name="index"/>.</summary>
    public ClusterConfiguration At(LogIndex index)
    {
        int i = _standing.Count - 1;
        while (i > 0 && _standing[i].Index > index)
        {
            i--;
        }

        return _standing[i].Configuration;
    }

    /// <summary>Adds the configuration of a new entry.</summary>
    public void Add(LogIndex index, ClusterConfiguration configuration)
    {
        Invariant.Check(index > NewestIndex, "configurations stand in the log's order");
        _standing.Add(new Standing(index, configuration));
    }

    /// <summary>Forgets those from <paramref name="from"/> on.</summary>
    /// <returns>True when that changed which one is in force.</returns>
    public bool Truncate(LogIndex from)
    {
        int kept = _standing.Count;
        while (kept > 1 && _standing[kept - 1].Index >= from)
        {
            kept--;
        }

        bool changes = kept < _standing.Count;
        _standing.RemoveRange(kept, _standing.Count - kept);
        return changes;
    }

    /// <summary>Forgets those that were replaced up to <paramref name="index"/>, which is committed.</summary>
    public void DropBefore(LogIndex index)
    {
        int first = 0;
        while (first + 1 < _standing.Count && _standing[first + 1].Index <= index)
        {
            first++;
        }

        _standing.RemoveRange(0, first);
    }

    /// <summary>Forgets all: the log begins anew behind a snapshot.</summary>
    public void Restart(LogIndex index, ClusterConfiguration configuration)
    {
        _standing.Clear();
        _standing.Add(new Standing(index, configuration));
    }

    private readonly record struct Standing(LogIndex Index, ClusterConfiguration Configuration);
}
