namespace Cluster.Locks.Mastering.Wire;

/// <summary>Message bodies to their Protocol Buffers form.</summary>
internal static class BodyWriter
{
    public static void Write(LockMessageBody body, Proto.LockSpaceMessage wire)
    {
        switch (body)
        {
            case LockMessageBody.Lookup lookup:
                wire.Lookup = new Proto.Lookup { Resource = lookup.Resource.Text };
                break;
            case LockMessageBody.MasterIs found:
                wire.MasterIs = new Proto.MasterIs
                {
                    Resource = found.Resource.Text,
                    Master = found.Master.Value,
                    TokenFloor = found.TokenFloor,
                };
                break;
            case LockMessageBody.Forget forget:
                wire.Forget = new Proto.Forget { Resource = forget.Resource.Text, TokenFloor = forget.TokenFloor };
                break;
            case LockMessageBody.Request request:
                wire.Request = new Proto.Request
                {
                    Resource = request.Resource.Text,
                    Number = request.Number,
                    Operation = request.Operation,
                    Mode = (uint)request.Mode,
                    Flags = (uint)request.Flags,
                };
                break;
            case LockMessageBody.Convert convert:
                wire.Convert = new Proto.Convert
                {
                    Number = convert.Number,
                    Operation = convert.Operation,
                    Mode = (uint)convert.Mode,
                    Flags = (uint)convert.Flags,
                };
                break;
            case LockMessageBody.Cancel cancel:
                wire.Cancel = new Proto.Cancel { Number = cancel.Number, Operation = cancel.Operation };
                break;
            case LockMessageBody.Unlock unlock:
                wire.Unlock = new Proto.Unlock { Number = unlock.Number };
                break;
            case LockMessageBody.Completed completed:
                wire.Completed = new Proto.Completed
                {
                    Number = completed.Number,
                    Operation = completed.Operation,
                    Status = (uint)completed.Status,
                    Mode = (uint)completed.Mode,
                    Token = completed.Token.Value,
                    Demoted = completed.Demoted,
                };
                break;
            case LockMessageBody.NotMaster refused:
                wire.NotMaster = new Proto.NotMaster { Number = refused.Number, Operation = refused.Operation };
                break;
            case LockMessageBody.Blocking blocking:
                wire.Blocking = new Proto.Blocking { Number = blocking.Number, BlockedMode = (uint)blocking.BlockedMode };
                break;
            case LockMessageBody.PhaseDone done:
                wire.PhaseDone = new Proto.PhaseDone
                {
                    Phase = (uint)done.Phase,
                    LastCompleted = done.LastCompleted.Value,
                    MasteringSince = done.MasteringSince.Value,
                };
                break;
            default:
                WriteBatch(body, wire);
                break;
        }
    }

    private static void WriteBatch(LockMessageBody body, Proto.LockSpaceMessage wire)
    {
        switch (body)
        {
            case LockMessageBody.Mastered mastered:
                Invariant.Check(mastered.Resources.Count <= LockMessageCodec.MaxBatch, "a batch of names fits one message");
                wire.Mastered = new Proto.Mastered();
                foreach (ResourceName name in mastered.Resources)
                {
                    wire.Mastered.Resources.Add(name.Text);
                }

                break;
            case LockMessageBody.Holding holding:
                Invariant.Check(holding.Locks.Count <= LockMessageCodec.MaxBatch, "a batch of locks fits one message");
                wire.Holding = new Proto.Holding();
                foreach (AdoptedLock held in holding.Locks)
                {
                    wire.Holding.Locks.Add(Write(held));
                }

                break;
            default:
                Invariant.Check(false, "every kind of message has a wire form");
                break;
        }
    }

    private static Proto.AdoptedLock Write(AdoptedLock held)
    {
        var wire = new Proto.AdoptedLock
        {
            Resource = held.Resource.Text,
            Number = held.Number,
            Granted = (uint)held.Granted,
            Token = held.Token.Value,
            Operation = held.Operation,
            Flags = (uint)held.Flags,
        };
        if (held.Requested is LockMode requested)
        {
            wire.Requested = (uint)requested;
        }

        return wire;
    }
}
