namespace Cluster.Transport.Security;

/// <summary>The files of a node's credentials have changed.</summary>
/// <param name="NotAfter">The moment from which the certificate in use is not good any more.</param>
/// <param name="Problem">Why what the files hold now can't be used, so that the former stays in use; null when it is in use.</param>
public sealed record CredentialsChange(DateTimeOffset NotAfter, string? Problem);
