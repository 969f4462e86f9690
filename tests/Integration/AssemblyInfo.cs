// Each test starts whole clusters; one at a time on a small machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
