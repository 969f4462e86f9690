using System.CommandLine;
using System.CommandLine.Invocation;
using Cluster.Api.Server.Hosting;

// The daemon handles signals itself: it needs longer for its farewell than a command line tool.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null };
ParseResult parsed = DaemonCommand.Build().Parse(args);
int code = await parsed.InvokeAsync(invocation).ConfigureAwait(false);
return parsed.Action is ParseErrorAction ? DaemonCommand.Usage : code;
