using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Google.Protobuf;

namespace Cluster.Client.Tests.PublicApi;

/// <summary>
/// The public surface of an assembly as lines of text, one a member, sorted: what another assembly can compile against. Types of this project's
/// other assemblies that the surface mentions are part of it, and follow; messages of the replicated log's schema, which has golden files of its own, by name only.
/// </summary>
internal static class ApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext s_nullability = new();

    public static List<string> Of(Assembly assembly)
    {
        var mentioned = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        List<string> lines = ["# The public surface, frozen. A test compares it; write it anew with CLUSTER_GOLDEN=write and review the diff as what it is: a change of a promise."];
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            lines.AddRange(Of(type, mentioned));
        }

        lines.Add("");
        lines.Add("# Types of other assemblies that it mentions.");
        var told = new HashSet<Type>();
        while (mentioned.Values.FirstOrDefault(type => type.Assembly != assembly && told.Add(type)) is { } type)
        {
            _ = Of(type, mentioned); // It may mention further ones.
        }

        foreach (Type type in told.OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            lines.AddRange(IsSchema(type) ? [$"{type.FullName} (schema)"] : Of(type, mentioned));
        }

        return lines;
    }

    private static List<string> Of(Type type, IDictionary<string, Type> mentioned)
    {
        if (IsSchema(type))
        {
            return [];
        }

        string name = Name(type, mentioned);
        var lines = new List<string> { $"{Head(type)} {name}{Bases(type, mentioned)}" };
        if (type.IsEnum)
        {
            lines.AddRange(type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .OrderBy(field => Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture))
                .Select(field => $"{name}.{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}"));
            return lines;
        }

        List<string> members = [];
        foreach (MemberInfo member in type.GetMembers(Declared))
        {
            if (Describe(member, mentioned) is { } text)
            {
                members.Add($"{name}.{text}");
            }
        }

        members.Sort(StringComparer.Ordinal);
        lines.AddRange(members);
        return lines;
    }

    private static string? Describe(MemberInfo member, IDictionary<string, Type> mentioned) => member switch
    {
        FieldInfo field when IsVisible(field.Attributes) =>
            $"{field.Name}: {(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType, mentioned)}"
            + (field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : ""),
        PropertyInfo property when property.GetAccessors(nonPublic: true).Any(accessor => IsVisible(accessor.Attributes)) =>
            $"{property.Name} {{{Accessor(property.GetMethod, "get")}{Accessor(property.SetMethod, IsInit(property) ? "init" : "set")} }}: "
            + $"{Static(property.GetMethod ?? property.SetMethod!)}{Name(property.PropertyType, mentioned)}{Null(s_nullability.Create(property).ReadState)}",
        ConstructorInfo constructor when !constructor.IsStatic && IsVisible(constructor.Attributes) => $"({Parameters(constructor, mentioned)})",
        MethodInfo method when IsVisible(method.Attributes) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
            && method.GetCustomAttribute<CompilerGeneratedAttribute>() is null =>
            $"{method.Name}({Parameters(method, mentioned)}): {Static(method)}{Name(method.ReturnType, mentioned)}{Null(s_nullability.Create(method.ReturnParameter).ReadState)}",
        EventInfo raised when IsVisible(raised.AddMethod!.Attributes) => $"event {raised.Name}: {Name(raised.EventHandlerType!, mentioned)}",
        _ => null,
    };

    private static string Parameters(MethodBase method, IDictionary<string, Type> mentioned) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")}{Name(parameter.ParameterType, mentioned)}"
        + $"{Null(s_nullability.Create(parameter).ReadState)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue)}" : "")}"));

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Null(NullabilityState state) => state == NullabilityState.Nullable ? "?" : "";

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Accessor(MethodInfo? accessor, string word) => accessor is not null && IsVisible(accessor.Attributes) ? $" {word};" : "";

    private static bool IsInit(PropertyInfo property) =>
        property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ?? false;

    private static bool IsVisible(MethodAttributes attributes) =>
        (attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    private static bool IsVisible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static bool IsSchema(Type type) => type is { IsEnum: false, IsValueType: false } && typeof(IMessage).IsAssignableFrom(type);

    private static string Head(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(Type type, IDictionary<string, Type> mentioned)
    {
        if (type.IsEnum)
        {
            return "";
        }

        IEnumerable<Type> bases = type.GetInterfaces().OrderBy(each => each.FullName, StringComparer.Ordinal);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
        {
            bases = bases.Prepend(parent);
        }

        string text = string.Join(", ", bases.Where(each => each.IsVisible).Select(each => Name(each, mentioned)));
        return text.Length == 0 ? "" : $" : {text}";
    }

    private static string Name(Type type, IDictionary<string, Type> mentioned)
    {
        if (type.HasElementType)
        {
            return Name(type.GetElementType()!, mentioned) + (type.IsArray ? "[]" : type.IsPointer ? "*" : "");
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Name(value, mentioned);
        }

        Type definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (definition.Assembly.GetName().Name!.StartsWith("Cluster.", StringComparison.Ordinal))
        {
            mentioned[definition.FullName!] = definition;
        }

        var name = new StringBuilder(definition.FullName!.Split('`')[0].Replace('+', '.'));
        if (type.IsGenericType)
        {
            name.Append('<').AppendJoin(", ", type.GetGenericArguments().Select(argument => Name(argument, mentioned))).Append('>');
        }

        return name.ToString();
    }
}
