using Cluster.Locks;
using Cluster.Locks.Contract;
using Cluster.Locks.UserSpace.Client;

// lockholder SOCKET SPACE RESOURCE: takes EX, prints "held TOKEN", and holds it until standard input ends or somebody kills it.
await using LockdClient client = await LockdClient.ConnectAsync(args[0], args[1]);
await using HeldLock held = await client.LockAsync(args[2], LockMode.EX);
Console.WriteLine($"held {held.Token.Value}");
using CancellationTokenRegistration lost = held.Lost.Register(() => Console.WriteLine($"lost {client.LostReason}"));
await Console.In.ReadToEndAsync();
