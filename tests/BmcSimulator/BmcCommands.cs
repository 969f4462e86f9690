using System.Diagnostics;

namespace Cluster.Tests.BmcSimulator;

/// <summary>Carries out the commands of IPMI messages and writes the answers.</summary>
internal sealed class BmcCommands(BmcOptions options, BmcFaults faults, Dictionary<uint, BmcSession> sessions)
{
    private const int Operator = 3;
    private const byte NoPrivilege = 0xD4;
    private const byte NoSuchCommand = 0xC1;
    private const byte Unspecified = 0xFF;

    private readonly Lock _lock = new();
    private readonly List<byte> _controls = [];
    private long _offAt;

    /// <summary>The power as the BMC tells it.</summary>
    public bool PowerIsOn()
    {
        if (_offAt != 0 && Stopwatch.GetTimestamp() >= _offAt)
        {
            _offAt = 0;
            options.Power.Set(false);
        }

        return options.Power.IsOn();
    }

    /// <summary>The chassis controls that were accepted, in order.</summary>
    public byte[] Controls()
    {
        lock (_lock)
        {
            return [.. _controls];
        }
    }

    /// <summary>The answer to a message; null for one that is damaged. <paramref name="session"/> is null outside a session.</summary>
    public byte[]? Answer(byte[] message, BmcSession? session)
    {
        if (message.Length < 7 || Sum(message[..3]) != 0 || Sum(message[3..]) != 0)
        {
            return null;
        }

        var function = message[1] >> 2;
        var (code, data) = RunGuarded((function, message[5]), message[6..^1], session);
        byte[] head = [message[3], (byte)((function + 1) << 2), 0];
        head[2] = (byte)-Sum(head);
        byte[] tail = [message[0], message[4], message[5], code, .. data, 0];
        tail[^1] = (byte)-Sum(tail);
        return [.. head, .. tail];
    }

    private (byte Code, byte[] Data) RunGuarded((int Function, byte Command) command, byte[] data, BmcSession? session)
    {
        try
        {
            return Run(command, data, session);
        }
        catch (InvalidOperationException error)
        {
            Console.Error.WriteLine($"The power switch failed: {error.Message}");
            return (Unspecified, []);
        }
    }

    private (byte Code, byte[] Data) Run((int Function, byte Command) command, byte[] data, BmcSession? session) => command switch
    {
        (0x06, 0x38) => (0, [0x01, 0x80, 0x04, 0x02, 0, 0, 0, 0]),
        _ when session is null => (NoPrivilege, []),
        (0x06, 0x01) => (0, [0x20, 0x01, 0x09, 0x08, 0x02, 0x9F, 0x91, 0x12, 0x00, 0x02, 0x0F]),
        (0x06, 0x3B) when data.Length == 1 => SetPrivilege(data[0], session),
        (0x06, 0x3C) when data.Length == 4 => sessions.Remove(BitConverter.ToUInt32(data)) ? ((byte)0, []) : ((byte)0x87, []),
        (0x00, 0x01 or 0x02) when faults.BusyAnswers > 0 => Busy(),
        (0x00, 0x01) => (0, faults.CutStatusShort ? [0x00] : [(byte)(PowerIsOn() ? 0x01 : 0x00), 0x00, 0x00]),
        (0x00, 0x02) when data.Length == 1 => Control(data[0], session),
        _ => (NoSuchCommand, []),
    };

    private (byte, byte[]) Busy()
    {
        faults.BusyAnswers--;
        return (0xC0, []);
    }

    private static (byte, byte[]) SetPrivilege(byte level, BmcSession session)
    {
        if (level > session.User!.Privilege)
        {
            return (0x80, []);
        }

        session.Privilege = level == 0 ? session.Privilege : level;
        return (0, [(byte)session.Privilege]);
    }

    private (byte, byte[]) Control(byte control, BmcSession session)
    {
        if (session.Privilege < Operator)
        {
            return (NoPrivilege, []);
        }

        if (control > 1)
        {
            return (0xCC, []);
        }

        lock (_lock)
        {
            _controls.Add(control);
        }

        if (control == 1)
        {
            _offAt = 0;
            options.Power.Set(true);
        }
        else if (faults.OffOrdersLost > 0)
        {
            faults.OffOrdersLost--;
        }
        else if (!faults.StaysOn)
        {
            _offAt = Stopwatch.GetTimestamp() + (long)(faults.OffTakes.TotalSeconds * Stopwatch.Frequency);
            PowerIsOn();
        }

        return (0, []);
    }

    private static byte Sum(byte[] bytes) => (byte)bytes.Sum(value => value);
}
