using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>
/// One element of a repeated message field as it stands on the wire: tag, length, message. What never changes again is written out once and then
/// only copied, so that saving a long history holds nobody up.
/// </summary>
internal static class SavedElement
{
    /// <summary>The bytes of an element of field <paramref name="field"/>.</summary>
    public static byte[] Of(int field, IMessage message)
    {
        uint tag = WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);
        byte[] bytes = new byte[CodedOutputStream.ComputeUInt32Size(tag) + CodedOutputStream.ComputeMessageSize(message)];
        CodedOutputStream output = new(bytes);
        output.WriteTag(tag);
        output.WriteMessage(message);
        output.CheckNoSpaceLeft();
        return bytes;
    }
}
