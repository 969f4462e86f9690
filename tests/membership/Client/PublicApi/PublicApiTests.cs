using System.Reflection;
using System.Runtime.CompilerServices;
using Cluster.Client.Hosting;

namespace Cluster.Client.Tests.PublicApi;

/// <summary>The public surface of what others link is frozen: see PublicAPI.txt beside each project.</summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries() => ["Client", "Client.Hosting"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_public_surface_is_the_frozen_one(string project)
    {
        string path = Path.Combine(Root(), "membership", project, "PublicAPI.txt");
        List<string> now = ApiText.Of(AssemblyOf(project));
        if (Environment.GetEnvironmentVariable("CLUSTER_GOLDEN") == "write")
        {
            File.WriteAllLines(path, now);
            return;
        }

        string[] frozen = File.Exists(path) ? File.ReadAllLines(path) : [];
        string[] gone = [.. frozen.Except(now)];
        string[] added = [.. now.Except(frozen)];
        Assert.True(
            gone.Length == 0 && added.Length == 0,
            $"the public surface of {project} has changed. Gone:\n  {string.Join("\n  ", gone)}\nNew:\n  {string.Join("\n  ", added)}\n"
            + "What is public is promised to others. If it must change, write PublicAPI.txt anew with CLUSTER_GOLDEN=write and tell of it in the change log");
        Assert.Equal(frozen, now);
    }

    [Fact]
    public void Nothing_of_the_sockets_protocol_is_public() => Assert.DoesNotContain(
        AssemblyOf("Client").GetExportedTypes(), type => type.Namespace is "Cluster.Client.Protocol" or "Cluster.Client.Connection");

    [Fact]
    public void A_snapshot_can_be_changed_by_nobody()
    {
        foreach (Type type in new[]
            { typeof(MembershipSnapshot), typeof(NodeSnapshot), typeof(QuorumSnapshot), typeof(VoterSnapshot), typeof(GroupSnapshot) })
        {
            Assert.All(type.GetProperties(), property => Assert.True(
                property.SetMethod is null
                || property.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)),
                $"{type.Name}.{property.Name} can be set"));
        }
    }

    private static Assembly AssemblyOf(string project) =>
        project == "Client" ? typeof(MembershipClient).Assembly : typeof(ClusterMembershipExtensions).Assembly;

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../../.."));
}
