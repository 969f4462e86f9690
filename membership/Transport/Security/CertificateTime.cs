using System.Globalization;

namespace Cluster.Transport.Security;

/// <summary>How messages write a time.</summary>
internal static class CertificateTime
{
    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
