namespace Cluster.Api.Contract;

/// <summary>Something that is wrong or waits, in words for an operator.</summary>
/// <param name="Subject">What it is about: a node's or a group's name, or <c>quorum</c>.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record AttentionDocument(string Subject, string Problem, string Remedy);
