using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Cluster.Tests.Support.Golden;

/// <summary>Messages with every field filled, each with a value of its own: the same at every run.</summary>
public static class SampleMessage
{
    /// <summary>One message for each kind of the oneof <c>kind</c>, or one message when there is no such oneof; named by kind.</summary>
    /// <param name="type">The message.</param>
    /// <param name="choose">May give the value of a field whose value is not free, by the element's place if the field is a list; null leaves it to the rule.</param>
    public static IEnumerable<(string Name, IMessage Message)> AllKinds(MessageDescriptor type, Func<FieldDescriptor, int, object?>? choose = null)
    {
        OneofDescriptor? kinds = type.Oneofs.FirstOrDefault(oneof => oneof is { IsSynthetic: false, Name: "kind" });
        return kinds is null
            ? [(type.Name, Fill(type, null, choose))]
            : kinds.Fields.Select(kind => (kind.Name, Fill(type, kind, choose)));
    }

    private static IMessage Fill(MessageDescriptor type, FieldDescriptor? kind, Func<FieldDescriptor, int, object?>? choose)
    {
        IMessage message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (FieldDescriptor field in type.Fields.InFieldNumberOrder())
        {
            OneofDescriptor? oneof = field.RealContainingOneof;
            if (oneof is not null && field != (kind ?? oneof.Fields[0]))
            {
                continue;
            }

            if (field.IsRepeated)
            {
                var list = (IList)field.Accessor.GetValue(message);
                list.Add(Value(field, 0, choose));
                list.Add(Value(field, 1, choose));
            }
            else
            {
                field.Accessor.SetValue(message, Value(field, 0, choose));
            }
        }

        return message;
    }

    private static object Value(FieldDescriptor field, int copy, Func<FieldDescriptor, int, object?>? choose)
    {
        int number = (1000 * copy) + field.FieldNumber;
        return choose?.Invoke(field, copy) ?? field.FieldType switch
        {
            FieldType.Bool => true,
            FieldType.String => $"{field.Name} {number} ü",
            FieldType.Bytes => ByteString.CopyFrom([0, 0xFF, (byte)number]),
            FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, field.EnumType.Values[^1].Number),
            FieldType.Message => Fill(field.MessageType, null, choose),
            FieldType.UInt32 or FieldType.Fixed32 => (uint)(100 + number),
            FieldType.UInt64 => (1UL << 40) + (ulong)number,
            FieldType.Fixed64 => 0x0123_4567_89AB_CD00 + (ulong)number,
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => -number,
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => -1_700_000_000_000 - number,
            _ => throw new NotSupportedException($"no sample for {field.FullName}: give it one here"),
        };
    }
}
