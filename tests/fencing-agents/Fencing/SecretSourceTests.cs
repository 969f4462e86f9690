using Cluster.Tests.Support;

namespace Cluster.Fencing.Tests;

public sealed class SecretSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SecretSource Secrets => new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("s3cret", "s3cret")]
    [InlineData("s3cret\n", "s3cret")]
    [InlineData("s3cret\r\n", "s3cret")]
    [InlineData("s3cret\n\n", "s3cret\n")]
    [InlineData(" s3cret ", " s3cret ")]
    public void A_file_is_read_without_one_trailing_newline(string content, string secret)
    {
        var path = _folder.Secret("pw", content);
        Assert.Equal(secret, Secrets.Resolve("file:pw"));
        Assert.Equal(secret, Secrets.Resolve($"file:{path}"));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupWrite, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherWrite, false)]
    public void A_file_that_others_may_read_or_write_is_refused(UnixFileMode mode, bool accepted)
    {
        var path = _folder.Secret("pw", "s3cret");
        File.SetUnixFileMode(path, mode);
        if (accepted)
        {
            Assert.Equal("s3cret", Secrets.Resolve("file:pw"));
        }
        else
        {
            var error = Assert.Throws<FenceConfigurationException>(() => Secrets.Resolve("file:pw"));
            Assert.Contains("chmod 600", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_environment_variable_is_read()
    {
        Environment.SetEnvironmentVariable("CLUSTER_TEST_PASSWORD", "from-env");
        Assert.Equal("from-env", Secrets.Resolve("env:CLUSTER_TEST_PASSWORD"));
    }

    [Theory]
    [InlineData("file:missing", "missing")]
    [InlineData("file:", "file:PATH")]
    [InlineData("env:CLUSTER_TEST_NOT_SET", "CLUSTER_TEST_NOT_SET")]
    [InlineData("env:", "env:")]
    [InlineData("file:empty", "empty")]
    public void What_is_not_there_is_named(string reference, string named)
    {
        _folder.Secret("empty", "\n");
        var error = Assert.Throws<FenceConfigurationException>(() => Secrets.Resolve(reference));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_the_clear_is_refused_and_not_repeated()
    {
        var error = Assert.Throws<FenceConfigurationException>(() => Secrets.Resolve("my-real-password"));
        Assert.DoesNotContain("my-real-password", error.Message, StringComparison.Ordinal);
    }
}
