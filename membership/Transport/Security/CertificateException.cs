namespace Cluster.Transport.Security;

/// <summary>
/// Certificates or keys can't be made, read or used. The message says what was asked, what is wrong and what to do; it never holds
/// key material.
/// </summary>
public sealed class CertificateException(string message, Exception? inner = null) : Exception(message, inner);
