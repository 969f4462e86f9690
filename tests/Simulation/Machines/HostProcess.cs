using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Machines;

/// <summary>
/// One life of a process on a host: the shell around pure cores. While it is paused its inputs queue up, and all come in at once when it goes on.
/// </summary>
internal abstract class HostProcess
{
    private readonly RandomStream _random;
    private readonly List<Action<MonotonicTime>> _inbox = [];
    private readonly Action _tick;
    private readonly double _tickMs;
    private readonly Site _site;
    private bool _paused;

    protected HostProcess(Site site, Host host, int life, double tickMs, RandomStream random)
    {
        _site = site;
        _random = random;
        _tickMs = tickMs;
        _tick = TickAgain;
        Host = host;
        Life = life;
    }

    public Host Host { get; }

    /// <summary>Tells this process from all others of its host.</summary>
    public int Life { get; }

    public bool Alive { get; private set; } = true;

    public bool Paused => _paused || Host.Paused;

    /// <summary>Gives the core one input, or queues it while the process is paused.</summary>
    public void Input(Action<MonotonicTime> input)
    {
        if (!Alive)
        {
            return;
        }

        if (Paused)
        {
            _inbox.Add(input);
            return;
        }

        Run(input);
    }

    public void Pause() => _paused = true;

    public void Continue()
    {
        _paused = false;
        Flood();
    }

    /// <summary>All that came in during a pause is worked off at once, as a loop does that finds its sockets full.</summary>
    public void Flood()
    {
        if (!Alive || Paused)
        {
            return;
        }

        if (_random.Chance(0.5))
        {
            Run(Tick);
        }

        List<Action<MonotonicTime>> inputs = [.. _inbox];
        _inbox.Clear();
        foreach (Action<MonotonicTime> input in inputs)
        {
            Input(input);
        }
    }

    /// <summary>SIGKILL, or the host lost power, or an orderly end.</summary>
    public void Kill()
    {
        Alive = false;
        _inbox.Clear();
    }

    /// <summary>To be called at the end of the constructor: carries out what the cores want at their start, and begins to tick.</summary>
    protected void Start()
    {
        CarryOut();
        _site.After(_random.Ms(0, _tickMs), _tick);
    }

    /// <summary>Advances the time of the cores.</summary>
    protected abstract void Tick(MonotonicTime now);

    /// <summary>After a tick of a process that is not paused.</summary>
    protected virtual void Ticked()
    {
    }

    /// <summary>Carries out what the cores asked for.</summary>
    protected abstract void CarryOut();

    private void TickAgain()
    {
        if (!Alive)
        {
            return;
        }

        if (!Paused)
        {
            Run(Tick);
            Ticked();
        }

        _site.After(Host.Clock.ToTrue(_random.Ms(_tickMs * 0.4, _tickMs * 1.2)), _tick);
    }

    private void Run(Action<MonotonicTime> input)
    {
        input(Host.Clock.Now);
        CarryOut();
    }
}
