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
        Console.WriteLine($"{mutant.Name,-34} {mutant.Promise}: {mutant.Mistake}");
    }

    return 0;
}

return arguments.Mutants ? new MutantTable(arguments, Console.Out).Run() : new Runner(arguments, Console.Out).Run();
