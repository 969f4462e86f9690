using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <content>The state as bytes, for snapshots of the log.</content>
public sealed partial class ClusterState
{
    /// <summary>
    /// Everything that later commands can depend on and everything that subscribers can ask for, as of <see cref="AppliedIndex"/>. Equal states give
    /// equal bytes.
    /// </summary>
    public byte[] Save()
    {
        SavedState saved = new()
        {
            AppliedIndex = AppliedIndex.Value,
            FeatureLevel = FeatureLevel,
            Epoch = Epoch.Value,
            EventsDroppedThrough = SavedForms.Of(Events.DroppedThrough),
            LastEvent = SavedForms.Of(Events.Last),
            Settings = SaveSettings(),
        };
        foreach (NodeRecord node in _nodes.Values)
        {
            saved.Nodes.Add(SavedForms.Of(node));
        }

        foreach (GroupRecord group in _groups.Values)
        {
            saved.Groups.Add(SavedForms.Of(group));
        }

        foreach (string key in _keyOrder)
        {
            KeyedRequest request = _keys[key];
            saved.IdempotencyKeys.Add(new SavedKey
            {
                Key = key,
                Node = request.Node,
                Kind = request.Kind,
                Reason = request.Reason,
                Operation = request.Operation.Value,
            });
        }

        _requests.Save(saved);
        saved.Voters = FeatureLevel < FeatureLevels.Membership ? null : SavedForms.Of(Configuration);
        foreach (TokenRecord token in _tokens.Values)
        {
            saved.Tokens.Add(SavedForms.Of(token));
        }

        saved.Assembled.AddRange(_assembled);
        foreach (NodeId removed in _removed)
        {
            saved.RemovedNodes.Add(removed.Value);
        }

        return Join(saved.ToByteArray(), SaveOperations());
    }

    /// <summary>
    /// Becomes the saved state; nothing of what was before remains. Records of nodes stay the same objects; all other records are new ones.
    /// </summary>
    /// <param name="bytes">What <see cref="Save"/> gave, here or on another node.</param>
    /// <param name="through">The log index that the snapshot stands for.</param>
    /// <param name="configuration">The engine's configuration as of there, of which states of older builds know nothing; null for what the state says.</param>
    /// <exception cref="FeatureLevelException">The state is of a feature level that this build does not understand.</exception>
    /// <exception cref="InvalidOperationException">The bytes are no state as of that index, or one of a cluster with other nodes.</exception>
    internal void Restore(ReadOnlyMemory<byte> bytes, LogIndex through, ClusterConfiguration? configuration = null)
    {
        SavedState saved = Parse(bytes);
        if (saved.FeatureLevel > _understood)
        {
            throw new FeatureLevelException(saved.FeatureLevel, _understood);
        }

        Invariant.Check(saved.AppliedIndex == through.Value, "a snapshot holds the state as of its own index");
        if (saved.FeatureLevel < FeatureLevels.Membership)
        {
            RestoreConfiguredNodes(saved);
        }
        else
        {
            RestoreNodes(saved);
        }

        PeersVersion++;
        Configuration = configuration
            ?? (saved.Voters is null ? new ClusterConfiguration(_nodes.Keys) : SavedForms.ToConfiguration(saved.Voters));
        _assembled.Clear();
        _assembled.UnionWith(saved.Assembled);
        RestoreTokens(saved);
        RestoreSettings(saved.Settings);
        AppliedIndex = through;
        FeatureLevel = saved.FeatureLevel;
        Epoch = new Epoch(saved.Epoch);
        RestoreOperations(saved);
        _groups.Clear();
        foreach (SavedGroup group in saved.Groups)
        {
            _groups.Add(group.Name, SavedForms.ToGroup(group));
        }

        _keys.Clear();
        _keyOrder.Clear();
        foreach (SavedKey key in saved.IdempotencyKeys)
        {
            RememberKey(key.Key, new KeyedRequest(key.Node, key.Kind, key.Reason, new OperationId(key.Operation)));
        }

        _requests.Restore(saved);
        Events.Restore(saved.Events, SavedForms.ToPosition(saved.EventsDroppedThrough), SavedForms.ToPosition(saved.LastEvent));
    }

    private static SavedState Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return SavedState.Parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidOperationException(
                $"a snapshot of {bytes.Length} bytes was to be restored, but it holds no state of the membership core ({e.Message}); "
                + "run the release that wrote it, or let this node start with an empty data folder under a new node number", e);
        }
    }

    /// <summary>
    /// The snapshot's list takes the place of every other. A node keeps its record where it keeps its number and name, and what this node's own configuration says of
    /// its addresses.
    /// </summary>
    private void RestoreNodes(SavedState saved)
    {
        SortedDictionary<NodeId, NodeRecord> before = new(_nodes);
        _nodes.Clear();
        foreach (SavedNode form in saved.Nodes)
        {
            NodeId id = new(form.Id);
            NodeRecord? known = before.GetValueOrDefault(id);
            NodeRecord node = known?.Name == form.Name ? known : new NodeRecord(id, form.Name);
            SavedForms.Restore(form, node);
            _nodes.Add(id, node);
        }

        _removed.Clear();
        foreach (uint removed in saved.RemovedNodes)
        {
            _removed.Add(new NodeId(removed));
        }
    }

    private void RestoreTokens(SavedState saved)
    {
        _tokens.Clear();
        foreach (SavedToken token in saved.Tokens)
        {
            _tokens.Add(token.Id, SavedForms.ToToken(token));
        }
    }

    /// <summary>
    /// Before <see cref="FeatureLevels.Membership"/> the list of nodes is the configuration's. What the snapshot knows of a node that is not configured here any more is left out if it is over and
    /// done with; else this daemon would silently forget somebody for whom others wait.
    /// </summary>
    private void RestoreConfiguredNodes(SavedState saved)
    {
        foreach (NodeRecord node in _nodes.Values)
        {
            SavedForms.Restore(new SavedNode { FeatureLevel = FeatureLevels.First, IsFounder = true }, node);
        }

        foreach (SavedNode form in saved.Nodes)
        {
            bool configured = _nodes.TryGetValue(new NodeId(form.Id), out NodeRecord? node);
            if (configured && node!.Name != form.Name)
            {
                throw new InvalidOperationException(
                    $"node {form.Id} is configured as {node.Name}, but the cluster's state knows it as {form.Name}; give all nodes the same configuration");
            }

            if (!configured && (form.State is SavedLifeState.NodeUp or SavedLifeState.NodeDown || IsWaitedFor(form.Id, saved)))
            {
                throw new InvalidOperationException(
                    $"the cluster's state knows node {form.Id} ({form.Name}) with a life that is not over, but it is not configured here; "
                    + "add it to the list of nodes, and take it out again only after it has left or is fenced");
            }

            if (configured)
            {
                SavedForms.Restore(form, node!);
                node!.IsFounder = true;
            }
        }
    }

    private static bool IsWaitedFor(uint node, SavedState saved)
    {
        foreach (SavedOperation operation in saved.Operations)
        {
            if (operation.Node == node && operation.Phase != SavedFencePhase.FenceClosed)
            {
                return true;
            }
        }

        foreach (SavedGroup group in saved.Groups)
        {
            foreach (SavedDeparted departed in group.Departed)
            {
                if (departed.Member.Node == node && !departed.Clean)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void RestoreOperations(SavedState saved)
    {
        _operations.Clear();
        _openOperations.Clear();
        foreach (SavedOperation form in saved.Operations)
        {
            FenceOperation operation = SavedForms.ToOperation(form);
            _operations.Add(operation.Id.Value, operation);
            if (operation.Phase != FencePhase.Closed)
            {
                _openOperations.Add(operation.Id.Value, operation);
            }
        }
    }

    private List<byte[]> SaveOperations()
    {
        List<byte[]> all = new(_operations.Count);
        foreach (FenceOperation operation in _operations.Values)
        {
            all.Add(operation.Saved ?? SavedElement.Of(SavedState.OperationsFieldNumber, SavedForms.Of(operation)));
            if (operation.Phase == FencePhase.Closed)
            {
                // Nothing about it changes any more.
                operation.Saved = all[^1];
            }
        }

        return all;
    }

    private byte[] Join(byte[] head, List<byte[]> operations)
    {
        int size = head.Length + Events.SavedBytes;
        foreach (byte[] operation in operations)
        {
            size += operation.Length;
        }

        byte[] all = new byte[size];
        head.CopyTo(all, 0);
        int at = head.Length;
        foreach (byte[] operation in operations)
        {
            operation.CopyTo(all, at);
            at += operation.Length;
        }

        Events.SaveTo(all.AsSpan(at));
        return all;
    }
}
