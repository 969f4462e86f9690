using Cluster.Api.Cli;

return await CommandLine.RunAsync(args, CliConsole.ForProcess()).ConfigureAwait(false);
