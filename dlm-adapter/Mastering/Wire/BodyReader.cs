using Cluster.Membership;

namespace Cluster.Locks.Mastering.Wire;

/// <summary>
/// Message bodies from their Protocol Buffers form; every value is checked, for the sender may be broken or strange.
/// </summary>
internal static class BodyReader
{
    private const uint AllFlags = 0xFF;

    public static LockMessageBody? Read(Proto.LockSpaceMessage wire) => wire.BodyCase switch
    {
        Proto.LockSpaceMessage.BodyOneofCase.None => null,
        Proto.LockSpaceMessage.BodyOneofCase.Lookup => new LockMessageBody.Lookup(Name(wire.Lookup.Resource)),
        Proto.LockSpaceMessage.BodyOneofCase.MasterIs => new LockMessageBody.MasterIs(
            Name(wire.MasterIs.Resource),
            new MemberId(Positive(wire.MasterIs.Master, "master")),
            Counter(wire.MasterIs.TokenFloor)),
        Proto.LockSpaceMessage.BodyOneofCase.Forget => new LockMessageBody.Forget(
            Name(wire.Forget.Resource), Counter(wire.Forget.TokenFloor)),
        Proto.LockSpaceMessage.BodyOneofCase.Request => new LockMessageBody.Request(
            Name(wire.Request.Resource),
            Positive(wire.Request.Number, "number"),
            Operation(wire.Request.Operation),
            Mode(wire.Request.Mode),
            Flags(wire.Request.Flags)),
        Proto.LockSpaceMessage.BodyOneofCase.Convert => new LockMessageBody.Convert(
            Positive(wire.Convert.Number, "number"),
            Operation(wire.Convert.Operation),
            Mode(wire.Convert.Mode),
            Flags(wire.Convert.Flags)),
        Proto.LockSpaceMessage.BodyOneofCase.Cancel => new LockMessageBody.Cancel(
            Positive(wire.Cancel.Number, "number"), Operation(wire.Cancel.Operation)),
        Proto.LockSpaceMessage.BodyOneofCase.Unlock => new LockMessageBody.Unlock(Positive(wire.Unlock.Number, "number")),
        Proto.LockSpaceMessage.BodyOneofCase.Completed => new LockMessageBody.Completed(
            Positive(wire.Completed.Number, "number"),
            Operation(wire.Completed.Operation),
            Status(wire.Completed.Status),
            Mode(wire.Completed.Mode),
            new FencingToken(wire.Completed.Token),
            wire.Completed.Demoted),
        Proto.LockSpaceMessage.BodyOneofCase.NotMaster => new LockMessageBody.NotMaster(
            Positive(wire.NotMaster.Number, "number"), Operation(wire.NotMaster.Operation)),
        Proto.LockSpaceMessage.BodyOneofCase.Blocking => new LockMessageBody.Blocking(
            Positive(wire.Blocking.Number, "number"), Mode(wire.Blocking.BlockedMode)),
        Proto.LockSpaceMessage.BodyOneofCase.Mastered => new LockMessageBody.Mastered(Names(wire.Mastered)),
        Proto.LockSpaceMessage.BodyOneofCase.Holding => new LockMessageBody.Holding(Locks(wire.Holding)),
        Proto.LockSpaceMessage.BodyOneofCase.PhaseDone => new LockMessageBody.PhaseDone(
            Phase(wire.PhaseDone.Phase),
            new Generation(wire.PhaseDone.LastCompleted),
            new Generation(wire.PhaseDone.MasteringSince)),
        _ => throw Bad("kind of message", (ulong)wire.BodyCase),
    };

    private static ResourceName[] Names(Proto.Mastered wire)
    {
        CheckBatch(wire.Resources.Count);
        var names = new ResourceName[wire.Resources.Count];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Name(wire.Resources[i]);
        }

        return names;
    }

    private static AdoptedLock[] Locks(Proto.Holding wire)
    {
        CheckBatch(wire.Locks.Count);
        var locks = new AdoptedLock[wire.Locks.Count];
        for (int i = 0; i < locks.Length; i++)
        {
            Proto.AdoptedLock held = wire.Locks[i];
            locks[i] = new AdoptedLock(
                Name(held.Resource),
                Positive(held.Number, "number"),
                Mode(held.Granted),
                new FencingToken(held.Token),
                Operation(held.Operation),
                held.HasRequested ? Mode(held.Requested) : null,
                Flags(held.Flags));
        }

        return locks;
    }

    private static ResourceName Name(string text) => ResourceName.TryCreate(text, out ResourceName name)
        ? name
        : throw new LockMessageFormatException(
            $"a resource name of {text.Length} characters arrived, but one has 1 to {ResourceName.MaxBytes} bytes; close the link");

    private static LockMode Mode(uint value) => value <= (uint)LockMode.EX ? (LockMode)value : throw Bad("mode", value);

    private static LockFlags Flags(uint value) => (value & ~AllFlags) == 0 ? (LockFlags)value : throw Bad("set of flags", value);

    private static LockStatus Status(uint value) =>
        value <= (uint)LockStatus.Deadlock ? (LockStatus)value : throw Bad("status", value);

    private static RecoveryPhase Phase(uint value) =>
        value is 1 or 2 ? (RecoveryPhase)value : throw Bad("recovery phase", value);

    private static uint Operation(uint value) => value > 0 ? value : throw Bad("operation", value);

    private static ulong Positive(ulong value, string what) => value > 0 ? value : throw Bad(what, value);

    private static ulong Counter(ulong value) => value <= FencingToken.MaxCounter ? value : throw Bad("token counter", value);

    private static void CheckBatch(int count)
    {
        if (count > LockMessageCodec.MaxBatch)
        {
            throw Bad("number of entries in a batch", (ulong)count);
        }
    }

    private static LockMessageFormatException Bad(string what, ulong value) =>
        new($"a lock message with the {what} {value} arrived, which this protocol does not know; close the link");
}
