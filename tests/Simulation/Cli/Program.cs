using Cluster.Simulation;
using Cluster.Simulation.Cli;

Arguments arguments;
try
{
    arguments = Arguments.Parse(args);
}
catch (FormatException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

if (arguments.Help)
{
    Console.WriteLine(Arguments.Usage);
    return 0;
}

if (arguments.ListMutants)
{
    foreach (Mutant mutant in Mutant.All)
    {
        Console.WriteLine($"{mutant.Name,-32} {mutant.Breaks}");
    }

    return 0;
}

return new Runner(arguments, Console.Out).Run();
