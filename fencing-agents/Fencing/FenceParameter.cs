namespace Cluster.Fencing;

/// <summary>A parameter that an agent takes.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Required">Whether a device must set it.</param>
/// <param name="Secret">Whether its value is a secret: then the configuration holds a reference, not the value.</param>
/// <param name="Default">The value when it is not set, for documentation.</param>
/// <param name="Description">One sentence.</param>
public sealed record FenceParameter(string Name, bool Required, bool Secret, string? Default, string Description);
