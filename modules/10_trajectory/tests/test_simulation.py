from __future__ import annotations

import gc
import math
import threading
import weakref
from typing import Any

import numpy as np
import pytest
import trajectory
from coursekit import check, check_that, expect
from coursekit.apart import printed
from coursekit.turns import lets_another_thread_in
from hypothesis import given, settings
from hypothesis import strategies as st

VERLET = "Half a kick with the old forces, a drift with the new velocity, half a kick with the new forces."
GOES_ON = "Velocities and steps stay in the simulation from run to run."
IN_USE = "Hold `borrow_mut` of the state from the beginning of `run` to its end."
TRY_LOCK = "Never wait for the lock of a run: the run may wait for you. `try_lock`, or RuntimeError."
WHOLE_STEPS = "Work on a copy, and take it over when the step is whole; write back even after an error."
WRITTEN_BACK = "When `run` returns, copy the positions into the state."
OWN_ARRAY = "Make a new array for each call of `on_step`."
TRAIT = "Implement `Forces` for `PythonForces`: attach, call the method, check what comes back."


def state(positions: Any) -> Any:
    return trajectory._state_of(np.asarray(positions, dtype=np.float32))


def springs(stiffness: float = 1.0) -> Any:
    return trajectory._Springs(stiffness)


def simulation(it: Any, forces: Any = None, **options: Any) -> Any:
    """A simulation with forces of Rust's, or with those that a method of Python's computes."""
    forces = springs() if forces is None else trajectory._forces_of(forces.forces)
    return expect(trajectory.Simulation, it, forces, **options).value()


def exact(start: float, steps: int, dt: float, stiffness: float = 1.0) -> float:
    """Where velocity Verlet takes a spring's end that begins at rest: a cosine, a little too fast."""
    return start * math.cos(steps * math.acos(1.0 - 0.5 * dt * dt * stiffness))


class PythonSprings:
    """Forces that Python computes."""

    def __init__(self, stiffness: float = 1.0) -> None:
        self.stiffness = stiffness
        self.calls = 0

    def forces(self, positions: Any) -> Any:
        self.calls += 1
        return positions * np.float32(-self.stiffness)


START = np.array([[1.0, -2.0, 0.5], [0.25, 0.0, -1.0]], np.float32)
START.flags.writeable = False


def follows(got: Any, steps: int, dt: float, stiffness: float = 1.0, because: str = VERLET) -> None:
    wanted = [[exact(float(x), steps, dt, stiffness) for x in row] for row in START]
    expect(lambda: got.astype(np.float64).tolist()).described(
        f"the positions after {steps} steps"
    ).approximates(wanted, rel=1e-5, abs=2e-6, because=because)


def check_runs() -> None:
    """A simulation that refuses everything, or moves nothing, must not pass, so first a run that it makes."""
    it = state(START)
    expect(simulation(it, dt=0.1).run, 3).returns(None)
    follows(trajectory._rows(it), 3, 0.1)


@pytest.mark.parametrize("steps", [0, 1, 2, 10, 1000])
@pytest.mark.parametrize("dt", [0.005, 0.1])
def test_springs(steps: int, dt: float) -> None:
    it = state(START)
    expect(simulation(it, dt=dt).run, steps).returns(None)
    follows(trajectory._rows(it), steps, dt)


def test_the_time_step_is_0_005() -> None:
    check("dt", simulation(state(START)).dt, 0.005)
    check("dt", simulation(state(START), dt=0.5).dt, 0.5)
    expect(setattr, simulation(state(START)), "dt", 1.0).raises(AttributeError)


@given(st.lists(st.integers(0, 30), max_size=5))
@settings(max_examples=25)
def test_a_second_run_goes_on(parts: list[int]) -> None:
    it, whole = state(START), state(START)
    one, other = simulation(it, dt=0.1), simulation(whole, dt=0.1)
    for steps in parts:
        expect(one.run, steps).returns(None)
    expect(other.run, sum(parts)).returns(None)
    check("the positions", trajectory._rows(it), trajectory._rows(whole), GOES_ON)
    check("step", one.step, sum(parts), GOES_ON)
    check("velocities()", one.velocities(), other.velocities(), GOES_ON)


def test_a_change_between_two_runs() -> None:
    it = state(START)
    sim = simulation(it, dt=0.1)
    sim.run(7)
    trajectory._set(it, 0, 0, 5.0)
    before = trajectory._rows(it)
    velocities = sim.velocities()
    expect(sim.run, 1).value()
    # One step from there: x + dt v - dt² x / 2.
    wanted = before + np.float32(0.1) * velocities - np.float32(0.005) * before
    expect(lambda: trajectory._rows(it)).described("the positions one step after the change").approximates(
        wanted, rel=1e-5, abs=1e-6, because="Take the positions of the state where they were changed."
    )


def test_energy_is_conserved() -> None:
    it = state(START)
    sim = simulation(it, dt=0.01)
    energies = []

    def note(step: int, positions: Any) -> None:
        energies.append(sim.kinetic_energy + 0.5 * float((positions.astype(np.float64) ** 2).sum()))

    expect(sim.run, 700, note).value()
    start = 0.5 * float((START.astype(np.float64) ** 2).sum())
    for energy in (min(energies), max(energies)):
        expect(lambda e=energy: e).described("the energy during a run").approximates(
            start, rel=1e-4, because=VERLET
        )


def test_velocities() -> None:
    sim = simulation(state(START), dt=0.01)
    check("velocities() at the beginning", sim.velocities(), np.zeros((2, 3), np.float32))
    check("kinetic_energy at the beginning", sim.kinetic_energy, 0.0)
    sim.run(100)
    wanted = (-math.sin(1.0) * START).astype(np.float32)
    expect(sim.velocities).approximates(wanted, rel=1e-4, abs=1e-5, because=VERLET)
    energy = 0.5 * float((sim.velocities().astype(np.float64) ** 2).sum())
    expect(lambda: sim.kinetic_energy).described("kinetic_energy").approximates(energy, rel=1e-5)


def test_repr() -> None:
    sim = simulation(state(START))
    sim.run(3)
    expect(repr, sim).returns("Simulation(dt=0.005, step=3)")


def test_no_atoms() -> None:
    check_runs()
    it = state(np.zeros((0, 3)))
    seen: list[Any] = []
    expect(simulation(it).run, 2, lambda step, positions: seen.append(positions.shape)).value()
    check("the shapes that on_step got", seen, [(0, 3), (0, 3)])


@pytest.mark.parametrize("dt", [0.0, -0.1, math.nan, math.inf])
def test_no_time_step(dt: float) -> None:
    check_runs()
    expect(trajectory.Simulation, state(START), springs(), dt).raises(ValueError, says="dt")


@pytest.mark.parametrize("forces", [None, 5, len, [springs]])
def test_no_forces(forces: Any) -> None:
    check_runs()
    expect(trajectory.Simulation, state(START), forces).raises(TypeError, says="forces(positions)")


@pytest.mark.parametrize("stranger", [None, START, 5], ids=["None", "array", "number"])
def test_no_state(stranger: Any) -> None:
    check_runs()
    expect(trajectory.Simulation, stranger, springs()).raises(TypeError)


def test_a_negative_number_of_steps() -> None:
    check_runs()
    expect(simulation(state(START)).run, -1).raises(ValueError, says="-1")


@pytest.mark.parametrize("steps", [1.5, "3", None])
def test_no_number_of_steps(steps: Any) -> None:
    check_runs()
    expect(simulation(state(START)).run, steps).raises(TypeError)


@pytest.mark.parametrize("callback", [5, "len", [len]])
def test_no_callable(callback: Any) -> None:
    check_runs()
    it = state(START)
    expect(simulation(it).run, 5, callback).raises(TypeError)
    check("the positions", trajectory._rows(it), START, "Look at on_step before the first step.")


# Callbacks


def test_on_step() -> None:
    it = state(START)
    sim = simulation(it, dt=0.1)
    seen: list[Any] = []
    expect(sim.run, 3, lambda step, positions: seen.append((step, positions))).returns(None)
    expect(sim.run, n_steps=2, on_step=lambda step, positions: seen.append((step, positions))).returns(None)
    check("the steps", [step for step, _ in seen], [1, 2, 3, 4, 5], GOES_ON)
    for step, positions in seen:
        check("its dtype", str(positions.dtype), "float32")
        follows(positions, step, 0.1, because=OWN_ARRAY)
    check("the positions of the state", trajectory._rows(it), seen[-1][1], WRITTEN_BACK)


def test_on_step_may_change_its_array() -> None:
    it = state(START)

    def spoil(step: int, positions: Any) -> None:
        positions[:] = 99.0

    expect(simulation(it, dt=0.1).run, 10, spoil).value()
    follows(trajectory._rows(it), 10, 0.1, because=OWN_ARRAY)


class Stop(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize("error", [KeyError("here"), Stop("now"), KeyboardInterrupt()], ids=["1", "2", "3"])
@pytest.mark.parametrize("at", [1, 4])
def test_on_step_raises(error: BaseException, at: int) -> None:
    it = state(START)
    sim = simulation(it, dt=0.1)

    def fail(step: int, positions: Any) -> None:
        if step == at:
            raise error

    raised = expect(sim.run, 10, fail).raises(type(error))
    check("the very exception came through", raised is error, True)
    check("step", sim.step, at, WHOLE_STEPS)
    follows(trajectory._rows(it), at, 0.1, because=WHOLE_STEPS)
    expect(sim.run, 10 - at).described("run, after the exception").value(IN_USE)
    follows(trajectory._rows(it), 10, 0.1, because=WHOLE_STEPS)


USES: dict[str, Any] = {
    "reading the state": trajectory._rows,
    "changing the state": lambda it: trajectory._set(it, 0, 0, 1.0),
    "another run's beginning": lambda it: trajectory._while_running(it, lambda: None),
    "Simulation(state, …)": lambda it: trajectory.Simulation(it, trajectory._Springs(1.0)),
}


@pytest.mark.parametrize("use", USES)
def test_the_state_while_it_runs(use: str) -> None:
    check_runs()
    it = state(START)
    calls: list[int] = []

    def meanwhile(step: int, positions: Any) -> None:
        calls.append(step)
        expect(USES[use], it).described(f"{use}, in on_step").raises(RuntimeError, because=IN_USE)

    expect(simulation(it).run, 2, meanwhile).value()
    check("calls of on_step", calls, [1, 2])


def test_a_run_within_a_run() -> None:
    check_runs()
    it = state(START)
    sim, other = simulation(it), simulation(it)
    seen: list[Any] = []

    def meanwhile(step: int, positions: Any) -> None:
        expect(sim.run, 1).described("run, in on_step").raises(RuntimeError, because=TRY_LOCK)
        expect(other.run, 1).described("run of another, in on_step").raises(RuntimeError, because=IN_USE)
        expect(sim.velocities).described("velocities(), in on_step").raises(RuntimeError, because=TRY_LOCK)
        seen.append((sim.step, sim.dt))

    expect(sim.run, 2, meanwhile).value()
    check("(step, dt) as on_step saw them", seen, [(1, 0.005), (2, 0.005)])
    expect(other.run, 1).described("run of another, afterwards").returns(None)


def test_forces_may_not_use_the_state() -> None:
    it = state(START)
    calls: list[int] = []

    class Curious:
        def forces(self, positions: Any) -> Any:
            calls.append(len(positions))
            expect(trajectory._rows, it).described("reading the state, in forces").raises(
                RuntimeError, because=IN_USE
            )
            return positions

    expect(simulation(it, Curious()).run, 1).value()
    check_that(bool(calls), "calls of forces", calls, "one at least")


@pytest.mark.soft
def test_views_show_the_new_positions() -> None:
    it = state(START)
    sim = simulation(it, dt=0.1)
    got = expect(trajectory._memory_after, it, lambda: sim.run(10)).value()
    follows(got, 10, 0.1, because=WRITTEN_BACK)


def test_the_state_has_another_number_of_atoms_now() -> None:
    check_runs()
    it = state(START)
    sim = simulation(it)
    trajectory._shrink(it, 1)
    expect(sim.run, 1).raises(ValueError, says=("1", "2"), because="There are velocities for two atoms.")


# Forces in Python


@pytest.mark.parametrize("steps", [0, 1, 50])
def test_python_springs(steps: int) -> None:
    it, forces = state(START), PythonSprings(2.0)
    expect(simulation(it, forces, dt=0.05).run, steps).value(TRAIT)
    follows(trajectory._rows(it), steps, 0.05, 2.0, because=TRAIT)
    check(
        "calls of forces(positions)", forces.calls, steps + 1, "Once at the beginning, and once in each step."
    )


def test_what_python_gets() -> None:
    seen: list[Any] = []

    class Watching:
        def forces(self, positions: Any) -> Any:
            seen.append((str(positions.dtype), positions.shape, positions.flags.writeable))
            positions[:] = 7.0  # Its own array: nothing else sees this.
            return np.zeros((2, 3))

    it = state(START)
    expect(simulation(it, Watching()).run, 1).value(TRAIT)
    check("(dtype, shape, writeable)", seen[0], ("float32", (2, 3), True))
    check("the positions of the state", trajectory._rows(it), START)


FORCES: dict[str, tuple[Any, type[BaseException], str]] = {
    "too few rows": (np.zeros((1, 3), np.float32), ValueError, "(1, 3)"),
    "too many rows": (np.zeros((3, 3), np.float32), ValueError, "(3, 3)"),
    "two columns": (np.zeros((2, 2), np.float32), ValueError, "(2, 2)"),
    "flat": (np.zeros(6, np.float32), ValueError, "(6,)"),
    "integers": (np.zeros((2, 3), np.int64), TypeError, "int64"),
    "nothing": (None, TypeError, "NoneType"),
    "a list": ([[0.0] * 3] * 2, TypeError, "list"),
}


@pytest.mark.parametrize("name", FORCES)
def test_what_python_must_not_give(name: str) -> None:
    check_runs()
    result, error, says = FORCES[name]

    class Wrong:
        def forces(self, positions: Any) -> Any:
            return result

    it = state(START)
    expect(simulation(it, Wrong()).run, 5).raises(error, says=says, because=TRAIT)
    check("the positions of the state", trajectory._rows(it), START, WHOLE_STEPS)
    expect(trajectory._set, it, 0, 0, 1.0).described("changing the state, after the error").value(IN_USE)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_python_may_give(dtype: str) -> None:
    class Strided:
        def forces(self, positions: Any) -> Any:
            return np.asfortranarray(-positions.astype(dtype))[::-1][::-1]

    it = state(START)
    expect(simulation(it, Strided(), dt=0.1).run, 10).value(TRAIT)
    follows(trajectory._rows(it), 10, 0.1, because="Any strides will do.")


@pytest.mark.parametrize("error", [ZeroDivisionError("here"), Stop("now")], ids=["1", "2"])
@pytest.mark.parametrize("at", [1, 2, 6])
def test_python_forces_raise(error: BaseException, at: int) -> None:
    class Failing(PythonSprings):
        def forces(self, positions: Any) -> Any:
            result = super().forces(positions)
            if self.calls == at:
                raise error
            return result

    it = state(START)
    sim = simulation(it, Failing(), dt=0.1)
    raised = expect(sim.run, 10).raises(type(error), because=TRAIT)
    check("the very exception came through", raised is error, True)
    done = max(0, at - 2)
    check("step", sim.step, done, WHOLE_STEPS)
    follows(trajectory._rows(it), done, 0.1, because=WHOLE_STEPS)
    expect(sim.run, 10 - done).described("run, after the exception").value()
    follows(trajectory._rows(it), 10, 0.1, because=WHOLE_STEPS)


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e300])
def test_atoms_that_leave_all_bounds(bad: float) -> None:
    class Wild(PythonSprings):
        def forces(self, positions: Any) -> Any:
            result = super().forces(positions).astype(np.float64)
            if self.calls == 4:
                result[1, 2] = bad
            return result

    it = state(START)
    sim = simulation(it, Wild(), dt=0.1)
    because = "NaN in the positions helps nobody: stop, and say in which step it began."
    expect(sim.run, 10).raises(ValueError, says=("atom 1", "step"), because=because)
    check_that(sim.step < 10, "step", sim.step, "less than 10", because)
    check(
        "whether all positions are finite", bool(np.isfinite(trajectory._rows(it)).all()), True, WHOLE_STEPS
    )


# Threads


def test_the_state_from_another_thread() -> None:
    it = state(START)
    outcomes: list[str] = []

    def use() -> None:
        try:
            trajectory._rows(it)
        except RuntimeError:
            outcomes.append("RuntimeError")
        else:
            outcomes.append("no error")

    def meanwhile(step: int, positions: Any) -> None:
        thread = threading.Thread(target=use)
        thread.start()
        thread.join(10.0)

    expect(simulation(it).run, 1, meanwhile).value()
    check("reading the state in another thread, during a run", outcomes, ["RuntimeError"], IN_USE)


@pytest.mark.soft
def test_other_threads_run() -> None:
    many = state(np.ones((5_000, 3)))
    expect(simulation(many).run, 40).value()
    because = "The steps ran attached to the interpreter: wrap them in `py.detach(|| …)`."
    check_that(
        lets_another_thread_in(simulation(many).run, 40),
        "what another thread got during run(40)",
        "none",
        "a turn",
        because,
    )


@pytest.mark.soft
def test_ctrl_c() -> None:
    expect(simulation(state(START)).run, 1).value()
    code = """
import _thread, threading, numpy as np
state = trajectory._state_of(np.ones((100, 3), np.float32))
sim = trajectory.Simulation(state, trajectory._Springs(1.0))
threading.Timer(0.05, _thread.interrupt_main).start()
try:
    sim.run(10**15)
except KeyboardInterrupt:
    print("KeyboardInterrupt", len(trajectory._rows(state)), sim.step > 0)
"""
    because = "Now and then, attach and call `py.check_signals()?`."
    got = printed(trajectory, code, 8.0)
    check("run(10**15), with Ctrl-C pressed after 0.05 s", got, "KeyboardInterrupt 100 True", because)


@pytest.mark.soft
def test_a_cycle_is_collected() -> None:
    forces = PythonSprings()
    sim = expect(trajectory.Simulation, state(START), forces).value()
    expect(sim.run, 1).value()
    forces.simulation = sim  # type: ignore[attr-defined]
    gone = weakref.ref(forces)
    del forces, sim
    gc.collect()
    check_that(gone() is None, "the forces after `del` and gc.collect()", "still there", "gone")
