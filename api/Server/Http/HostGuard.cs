using System.Net;
using Cluster.Api.Server.Configuration;

namespace Cluster.Api.Server.Http;

/// <summary>
/// Refuses requests whose <c>Host</c> is a foreign DNS name. A web page that an operator has open could otherwise have its own name resolve to
/// 127.0.0.1 (DNS rebinding) and speak to this API from the operator's browser.
/// </summary>
internal sealed class HostGuard(RequestDelegate next, ApiConfiguration api)
{
    public Task InvokeAsync(HttpContext context)
    {
        string host = context.Request.Host.Host;
        // A browser can't be tricked into a Unix socket, and its clients name any host: there is none.
        bool known = host.Length == 0
            || context.Connection.LocalIpAddress is null
            || string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
            || string.Equals(host, api.Advertise.Host, StringComparison.OrdinalIgnoreCase)
            || IPAddress.TryParse(host.Trim('[', ']'), out _);
        return known ? next(context) : throw Problems.UnknownHost(host);
    }
}
