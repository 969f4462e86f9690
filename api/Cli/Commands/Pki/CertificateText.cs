using System.Globalization;
using System.Text;
using System.Text.Json;
using Cluster.Transport.Security;

namespace Cluster.Api.Cli.Commands.Pki;

/// <summary>Certificates as people and programs read them.</summary>
internal static class CertificateText
{
    public static string Lines(IReadOnlyList<CertificateSummary> certificates, DateTimeOffset now) =>
        string.Join("\n\n", certificates.Select(certificate => string.Join('\n', LinesOf(certificate, now))));

    public static string Json(IReadOnlyList<CertificateSummary> certificates)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (CertificateSummary certificate in certificates)
            {
                json.WriteStartObject();
                json.WriteString("name", certificate.Name?.ToString());
                json.WriteBoolean("authority", certificate.IsAuthority);
                json.WriteString("subject", certificate.Subject);
                json.WriteString("issuer", certificate.Issuer);
                json.WriteString("serial", certificate.Serial);
                json.WriteString("notBefore", certificate.NotBefore.UtcDateTime);
                json.WriteString("notAfter", certificate.NotAfter.UtcDateTime);
                json.WriteStartArray("hosts");
                foreach (string host in certificate.Hosts)
                {
                    json.WriteStringValue(host);
                }

                json.WriteEndArray();
                json.WriteString("sha256", certificate.Fingerprint);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static IEnumerable<string> LinesOf(CertificateSummary certificate, DateTimeOffset now)
    {
        yield return $"what         {What(certificate)}";
        yield return $"name         {certificate.Name?.ToString() ?? "none of a cluster"}";
        yield return $"subject      {certificate.Subject}";
        yield return $"signed by    {certificate.Issuer}";
        yield return $"good from    {Time(certificate.NotBefore)}";
        yield return $"good until   {Time(certificate.NotAfter)} ({Remaining(certificate, now)})";
        yield return $"hosts        {(certificate.Hosts.Count == 0 ? "none" : string.Join(", ", certificate.Hosts))}";
        yield return $"serial       {certificate.Serial}";
        yield return $"sha256       {certificate.Fingerprint}";
    }

    private static string What(CertificateSummary certificate) => certificate switch
    {
        { IsAuthority: true, Name: { Node: null } name } => $"the CA of cluster {name.ClusterId}",
        { IsAuthority: false, Name: { Node: { } node } name } => $"node {node} of cluster {name.ClusterId}",
        _ => "not one of 'clusterctl pki'",
    };

    private static string Remaining(CertificateSummary certificate, DateTimeOffset now) =>
        now < certificate.NotBefore ? "NOT GOOD YET"
        : now >= certificate.NotAfter ? "EXPIRED"
        : string.Create(CultureInfo.InvariantCulture, $"{(certificate.NotAfter - now).TotalDays:0} days left");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
