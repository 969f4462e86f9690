using Cluster.Client.Protocol;
using Cluster.Membership;
using Cluster.Tests.Support.Golden;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Cluster.Client.Tests;

/// <summary>What clients and daemons of every version say to each other (see <see cref="GoldenFolder"/>).</summary>
public sealed class GoldenTests
{
    private const string FromClients = "client.txt";
    private const string FromDaemons = "daemon.txt";

    /// <summary>The feature level whose builds first said what this build says.</summary>
    private const uint PresentLevel = FeatureLevels.Membership;

    private static readonly GoldenFolder s_golden = GoldenFolder.Here();

    public static TheoryData<string, uint> Written()
    {
        TheoryData<string, uint> data = [];
        foreach (string name in new[] { FromClients, FromDaemons })
        {
            foreach (uint version in s_golden.VersionsOf(name))
            {
                data.Add(name, version);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void What_a_version_said_is_understood(string name, uint version)
    {
        foreach ((string kind, IMessage message, string meant) in GoldenMessages.Read(TypeOf(name), s_golden.Read(version, name)))
        {
            Assert.Equal((kind, meant), (kind, JsonFormatter.Default.Format(message)));
        }
    }

    [Theory]
    [InlineData(FromClients)]
    [InlineData(FromDaemons)]
    public void This_version_says_what_it_said(string name) =>
        Assert.Null(s_golden.Hold(PresentLevel, name, GoldenMessages.Lines(SampleMessage.AllKinds(TypeOf(name)))));

    private static MessageDescriptor TypeOf(string name) => name == FromClients ? ClientMessage.Descriptor : ServerMessage.Descriptor;
}
