using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Transport.Security;

/// <summary>The subject alternative names of a certificate (RFC 5280 section 4.2.1.6) that matter here.</summary>
internal sealed record SubjectNames(IReadOnlyList<string> Uris, IReadOnlyList<string> Hosts)
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private static readonly SubjectNames s_none = new([], []);

    /// <summary>The name within a cluster; null when there is not exactly one.</summary>
    public PeerName? Peer
    {
        get
        {
            PeerName[] names = [.. Uris.Select(PeerName.TryParse).OfType<PeerName>()];
            return names.Length == 1 ? names[0] : null;
        }
    }

    /// <summary>
    /// The extension. Written here rather than by a builder of the framework, which takes a <see cref="Uri"/>: that changes some names.
    /// </summary>
    public X509Extension Encode()
    {
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
        {
            foreach (string uri in Uris)
            {
                names.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
            }

            foreach (string host in Hosts)
            {
                if (IPAddress.TryParse(host, out IPAddress? address))
                {
                    names.WriteOctetString(address.GetAddressBytes(), new Asn1Tag(TagClass.ContextSpecific, 7));
                }
                else
                {
                    names.WriteCharacterString(UniversalTagNumber.IA5String, host, new Asn1Tag(TagClass.ContextSpecific, 2));
                }
            }
        }

        return new X509Extension(SubjectAlternativeName, names.Encode(), critical: false);
    }

    public static SubjectNames Of(X509Certificate2 certificate)
    {
        X509Extension? extension = certificate.Extensions[SubjectAlternativeName];
        if (extension is null)
        {
            return s_none;
        }

        List<string> uris = [];
        List<string> hosts = [];
        try
        {
            AsnReader names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                Asn1Tag tag = names.PeekTag();
                switch (tag.TagValue)
                {
                    case 2 when tag.TagClass == TagClass.ContextSpecific:
                        hosts.Add(Printable.Of(names.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
                        break;
                    case 6 when tag.TagClass == TagClass.ContextSpecific:
                        uris.Add(Printable.Of(names.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
                        break;
                    case 7 when tag.TagClass == TagClass.ContextSpecific:
                        byte[] address = names.ReadOctetString(tag);
                        hosts.Add(address.Length is 4 or 16 ? new IPAddress(address).ToString() : "an address of wrong length");
                        break;
                    default:
                        names.ReadEncodedValue();
                        break;
                }
            }
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            // Names that can't be read name nobody.
            return s_none;
        }

        return new SubjectNames(uris, hosts);
    }
}
