namespace Cluster.Fencing;

/// <summary>Resolves secret references.</summary>
public interface ISecretSource
{
    /// <summary>Reads the secret behind a reference: <c>file:PATH</c> (trailing newline cut) or <c>env:NAME</c>.</summary>
    /// <exception cref="FenceConfigurationException">The reference has no known scheme, or nothing is there.</exception>
    string Resolve(string reference);
}
