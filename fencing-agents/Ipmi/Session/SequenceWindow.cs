namespace Cluster.Fencing.Ipmi.Session;

/// <summary>
/// Accepts each packet number of a session once, and only numbers that are new or recent (IPMI 2.0, section 6.12.13): a packet that
/// the network repeats or holds back cannot be taken for an answer to a later command.
/// </summary>
internal sealed class SequenceWindow
{
    private const int Size = 32;

    private uint _highest;
    private uint _seen;

    /// <summary>Whether the number is accepted; then it is not accepted again.</summary>
    public bool Accept(uint number)
    {
        // Sessions here live for seconds: numbers that wrap round are not to be expected, and zero is reserved.
        if (number == 0)
        {
            return false;
        }

        if (number > _highest)
        {
            var advance = number - _highest;
            _seen = advance >= Size ? 1u : (_seen << (int)advance) | 1u;
            _highest = number;
            return true;
        }

        var age = _highest - number;
        if (age >= Size || (_seen & (1u << (int)age)) != 0)
        {
            return false;
        }

        _seen |= 1u << (int)age;
        return true;
    }
}
