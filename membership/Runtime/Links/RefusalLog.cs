using System.Net;

namespace Cluster.Runtime.Links;

/// <summary>
/// Keeps refusals from flooding the log: a peer that is set up wrongly tries several times a second, a stranger as often as it likes.
/// The same refusal of the same address is told once in a while.
/// </summary>
internal sealed class RefusalLog(TimeProvider time)
{
    private const int MostKinds = 256;
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Address, string Reason), long> _told = [];

    /// <summary>Whether to tell it now.</summary>
    public bool IsDue(EndPoint? remote, string reason)
    {
        string address = (remote as IPEndPoint)?.Address.ToString() ?? "";
        lock (_gate)
        {
            if (_told.TryGetValue((address, reason), out long told) && time.GetElapsedTime(told) < s_again)
            {
                return false;
            }

            if (_told.Count >= MostKinds)
            {
                foreach (((string, string) kind, long at) in _told.ToArray())
                {
                    if (time.GetElapsedTime(at) >= s_again)
                    {
                        _told.Remove(kind);
                    }
                }
            }

            // Too many kinds at once are strangers at work; the first ones say enough.
            if (_told.Count >= MostKinds && !_told.ContainsKey((address, reason)))
            {
                return false;
            }

            _told[(address, reason)] = time.GetTimestamp();
            return true;
        }
    }
}
