using System.Text;

namespace Cluster.Transport.Security;

/// <summary>What the files hold.</summary>
internal sealed record PemContent(string Authority, string Certificate, string Key)
{
    private const int LongestBytes = 1024 * 1024;

    private const UnixFileMode TooOpen = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <exception cref="CertificateException">A file can't be read, or others can read the key.</exception>
    public static PemContent Read(PeerTlsFiles files) => new(
        ReadFile(files.Authority, secret: false), ReadFile(files.Certificate, secret: false), ReadFile(files.Key, secret: true));

    private static string ReadFile(string path, bool secret)
    {
        try
        {
            // Mode and content come from one open file, so that it can't be exchanged between the check and the reading.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (secret && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & TooOpen) != 0)
            {
                throw new CertificateException(
                    $"the key {path} may be read by others, or written by its group or others; run chmod 600 on it, and issue a new one if others had access");
            }

            if (file.Length > LongestBytes)
            {
                throw new CertificateException($"{path} is longer than {LongestBytes} bytes; check that the path is right");
            }

            using var reader = new StreamReader(file, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path} can't be read: {e.Message}", e);
        }
    }
}
