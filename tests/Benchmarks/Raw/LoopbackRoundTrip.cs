using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cluster.ConsensusNode.Load;

namespace Cluster.Benchmarks.Raw;

/// <summary>
/// What loopback alone costs: a request and an answer of the sizes of an append and its acknowledgement, between two threads
/// that wait in the kernel, over a socket with the options of the peer links.
/// </summary>
internal static class LoopbackRoundTrip
{
    /// <summary>Bytes of an append frame without its payload.</summary>
    public const int RequestOverhead = 48;

    /// <summary>Bytes of an acknowledgement frame.</summary>
    public const int AnswerBytes = 32;

    /// <summary>Goes back and forth until the time is over.</summary>
    public static LatencyHistogram Measure(int payloadBytes, TimeSpan duration)
    {
        int requestBytes = payloadBytes + RequestOverhead;
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(listener.LocalEndPoint!);
        using Socket far = listener.Accept();
        near.NoDelay = true;
        far.NoDelay = true;
        Thread echo = new(() => Answer(far, requestBytes)) { IsBackground = true };
        echo.Start();

        LatencyHistogram latency = new();
        byte[] request = new byte[requestBytes];
        byte[] answer = new byte[AnswerBytes];
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            long start = Stopwatch.GetTimestamp();
            near.Send(request);
            Read(near, answer);
            latency.Record(Stopwatch.GetElapsedTime(start).Ticks * 100);
        }

        near.Shutdown(SocketShutdown.Both);
        echo.Join();
        return latency;
    }

    private static void Answer(Socket socket, int requestBytes)
    {
        byte[] request = new byte[requestBytes];
        byte[] answer = new byte[AnswerBytes];
        while (Read(socket, request))
        {
            socket.Send(answer);
        }
    }

    private static bool Read(Socket socket, byte[] target)
    {
        int have = 0;
        while (have < target.Length)
        {
            int read = socket.Receive(target, have, target.Length - have, SocketFlags.None);
            if (read == 0)
            {
                return false;
            }

            have += read;
        }

        return true;
    }
}
