using System.Runtime.InteropServices;

namespace Cluster.ConsensusNode.State;

/// <summary>Which proposal stands at which index. The journal's file is a sequence of these, 16 bytes each, little-endian.</summary>
/// <param name="Index">The index.</param>
/// <param name="Id">The proposal's id.</param>
public readonly record struct JournalEntry(ulong Index, ulong Id)
{
    /// <summary>Reads a journal's file.</summary>
    public static JournalEntry[] Read(string path) => MemoryMarshal.Cast<byte, JournalEntry>(File.ReadAllBytes(path)).ToArray();
}
