namespace Cluster.Fencing;

/// <summary>
/// Reads secrets from files and environment variables.
/// <list type="bullet">
/// <item><c>file:PATH</c>: the file's text without one trailing newline. A relative path is taken from the base directory.</item>
/// <item><c>env:NAME</c>: the value of an environment variable of this process.</item>
/// </list>
/// A secret file that others may read, or that group or others may write, is refused: whoever reads it can switch nodes off,
/// whoever writes it can stop fencing. Reading by the group is allowed, because orchestrators hand out secrets that way.
/// </summary>
/// <param name="baseDirectory">Where relative paths start; usually the folder of the configuration file.</param>
public sealed class SecretSource(string baseDirectory) : ISecretSource
{
    private const string FileScheme = "file:";
    private const string EnvironmentScheme = "env:";
    private const int LongestSecretBytes = 64 * 1024;

    private const UnixFileMode Refused =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>Whether a configured value is a reference to a secret rather than a secret in the clear.</summary>
    public static bool IsReference(string value) =>
        value.StartsWith(FileScheme, StringComparison.Ordinal) || value.StartsWith(EnvironmentScheme, StringComparison.Ordinal);

    /// <inheritdoc />
    public string Resolve(string reference)
    {
        if (reference.StartsWith(FileScheme, StringComparison.Ordinal))
        {
            return FromFile(reference[FileScheme.Length..]);
        }

        if (reference.StartsWith(EnvironmentScheme, StringComparison.Ordinal))
        {
            return FromEnvironment(reference[EnvironmentScheme.Length..]);
        }

        // The value is not repeated: it may be the secret itself.
        throw new FenceConfigurationException(
            "A secret is given in the clear or by an unknown scheme. Write file:PATH or env:NAME instead.");
    }

    private static string FromEnvironment(string name)
    {
        var value = name.Length == 0 ? null : Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(value)
            ? throw new FenceConfigurationException(
                $"The secret env:{name} cannot be read: the environment variable is not set or is empty. Set it for this service.")
            : value;
    }

    private string FromFile(string path)
    {
        if (path.Length == 0)
        {
            throw new FenceConfigurationException("The secret reference file: names no file. Write file:PATH.");
        }

        var full = Path.GetFullPath(path, Path.GetFullPath(baseDirectory));
        try
        {
            return ReadGuarded(path, full);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new FenceConfigurationException(
                $"The secret file:{path} cannot be read from {full}: {error.Message} Create the file, readable by this service only.");
        }
    }

    private static string ReadGuarded(string path, string full)
    {
        // Mode and content come from one open file, so that it cannot be exchanged between the check and the reading.
        using var stream = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & Refused) != 0)
        {
            throw new FenceConfigurationException(
                $"The secret file:{path} ({full}) may be read by others, or written by its group or others. Run chmod 600 on it.");
        }

        if (stream.Length > LongestSecretBytes)
        {
            throw new FenceConfigurationException(
                $"The secret file:{path} ({full}) is longer than {LongestSecretBytes} bytes. Check that the path is right.");
        }

        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        if (text.EndsWith('\n'))
        {
            text = text[..^(text.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)];
        }

        return text.Length == 0
            ? throw new FenceConfigurationException($"The secret file:{path} ({full}) is empty. Write the secret into it.")
            : text;
    }
}
