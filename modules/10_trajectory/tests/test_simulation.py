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
from coursekit.patience import joined
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


def simulation(it: Any, forces: Any = None, rust: float = 1.0, **options: Any) -> Any:
    """A simulation with springs of Rust's, or with forces that a method of Python's computes."""
    forces = springs(rust) if forces is None else trajectory._forces_of(forces.forces)
    return expect(trajectory.Simulation, it, forces, **options).value()


def exact(start: float, steps: int, dt: float, stiffness: float = 1.0) -> float:
    """The way that velocity Verlet takes a spring's end that begins at rest: a cosine, a little too fast."""
    return start * math.cos(steps * math.acos(1.0 - 0.5 * dt * dt * stiffness))


class Field:
    """Forces that Python computes, drawn: a spring and a stiffer one for each coordinate, and a wind.

    No formula gives the way of these atoms; only step by step it can be found.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.start = rng.uniform(-1.5, 1.5, (2, 3)).astype(np.float32)
        self._spring, self._stiffer = rng.uniform(0.3, 1.2, (2, 3)), rng.uniform(0.1, 0.3, (2, 3))
        self._wind = rng.uniform(-0.5, 0.5, (2, 3))
        self.calls = 0

    def forces(self, positions: Any) -> Any:
        self.calls += 1
        return self.at(positions.astype(np.float64))

    def at(self, positions: Any) -> Any:
        return self._wind - self._spring * positions - self._stiffer * positions**3

    def after(self, steps: int, dt: float) -> Any:
        """Positions and velocities by velocity Verlet."""
        positions, velocities = self.start.astype(np.float64), np.zeros((2, 3))
        forces = self.at(positions)
        for _ in range(steps):
            velocities = velocities + dt / 2 * forces
            positions = positions + dt * velocities
            forces = self.at(positions)
            velocities = velocities + dt / 2 * forces
        return positions, velocities

    def follows(self, got: Any, steps: int, dt: float, because: str = VERLET) -> None:
        wanted = self.after(steps, dt)[0].tolist()
        expect(lambda: got.astype(np.float64).tolist()).described(
            f"the positions after {steps} steps"
        ).approximates(wanted, rel=1e-5, abs=1e-5, because=because)


START = np.array([[1.0, -2.0, 0.5], [0.25, 0.0, -1.0]], np.float32)
START.flags.writeable = False


def check_runs(rng: np.random.Generator) -> None:
    """A simulation that refuses everything, or moves nothing, must not pass, so also a run that it makes."""
    field = Field(rng)
    it = state(field.start)
    steps = int(rng.integers(2, 6))
    expect(simulation(it, field, dt=0.1).run, steps).returns(None)
    field.follows(trajectory._rows(it), steps, 0.1)


@pytest.mark.parametrize("steps", [0, 1, 2, 10, 1000])
@pytest.mark.parametrize("dt", [0.005, 0.1])
def test_springs(steps: int, dt: float, rng: np.random.Generator) -> None:
    start, stiffness = rng.uniform(-2.0, 2.0, (2, 3)).astype(np.float32), rng.uniform(0.5, 1.5)
    wanted = [[exact(float(x), steps, dt, stiffness) for x in row] for row in start]
    it = state(start)
    expect(simulation(it, dt=dt, rust=stiffness).run, steps).returns(None)
    expect(lambda: trajectory._rows(it).astype(np.float64).tolist()).described(
        f"the positions after {steps} steps"
    ).approximates(wanted, rel=1e-5, abs=1e-5, because=VERLET)
    check_runs(rng)


def test_the_time_step_is_0_005(rng: np.random.Generator) -> None:
    check("dt", simulation(state(START)).dt, 0.005)
    dt = rng.uniform(0.1, 0.9)
    check("dt", simulation(state(START), dt=dt).dt, dt)
    expect(setattr, simulation(state(START)), "dt", 1.0).raises(AttributeError)
    check_runs(rng)


@given(st.lists(st.integers(0, 30), max_size=5), st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_a_second_run_goes_on(parts: list[int], seed: int) -> None:
    field = Field(np.random.default_rng(seed))
    it, whole = state(field.start), state(field.start)
    one, other = simulation(it, field, dt=0.1), simulation(whole, field, dt=0.1)
    for steps in parts:
        expect(one.run, steps).returns(None)
    expect(other.run, sum(parts)).returns(None)
    check("the positions", trajectory._rows(it), trajectory._rows(whole), GOES_ON)
    check("step", one.step, sum(parts), GOES_ON)
    check("velocities()", one.velocities(), other.velocities(), GOES_ON)
    if sum(parts) < 50:  # Later, errors of single precision have grown.
        field.follows(trajectory._rows(it), sum(parts), 0.1, GOES_ON)


def test_a_change_between_two_runs(rng: np.random.Generator) -> None:
    field, new = Field(rng), float(rng.uniform(1.0, 2.0))
    it = state(field.start)
    sim = simulation(it, field, dt=0.1)
    sim.run(7)
    field.follows(trajectory._rows(it), 7, 0.1)
    trajectory._set(it, 0, 0, new)
    before = trajectory._rows(it)
    check("the changed coordinate", before[0, 0], np.float32(new))
    velocities = sim.velocities()
    expect(sim.run, 1).value()
    # One step from there: x + dt v + dt² f / 2.
    wanted = (before + 0.1 * velocities + 0.005 * field.at(before.astype(np.float64))).astype(np.float32)
    expect(lambda: trajectory._rows(it)).described("the positions one step after the change").approximates(
        wanted, rel=1e-5, abs=1e-6, because="Take the positions of the state where they were changed."
    )


def test_energy_is_conserved(rng: np.random.Generator) -> None:
    start, stiffness = rng.uniform(-2.0, 2.0, (2, 3)).astype(np.float32), rng.uniform(0.8, 1.2)
    it = state(start)
    sim = simulation(it, dt=0.01, rust=stiffness)
    energies = []

    def note(step: int, positions: Any) -> None:
        stored = 0.5 * stiffness * float((positions.astype(np.float64) ** 2).sum())
        energies.append(sim.kinetic_energy + stored)

    expect(sim.run, 700, note).value()
    wanted = 0.5 * stiffness * float((start.astype(np.float64) ** 2).sum())
    for energy in (min(energies), max(energies)):
        expect(lambda e=energy: e).described("the energy during a run").approximates(
            wanted, rel=1e-4, because=VERLET
        )
    check_runs(rng)


def test_velocities(rng: np.random.Generator) -> None:
    field = Field(rng)
    sim = simulation(state(field.start), field, dt=0.01)
    check("velocities() at the beginning", sim.velocities(), np.zeros((2, 3), np.float32))
    check("kinetic_energy at the beginning", sim.kinetic_energy, 0.0)
    sim.run(100)
    wanted = field.after(100, 0.01)[1].astype(np.float32)
    expect(sim.velocities).approximates(wanted, rel=1e-4, abs=1e-5, because=VERLET)
    energy = 0.5 * float((sim.velocities().astype(np.float64) ** 2).sum())
    expect(lambda: sim.kinetic_energy).described("kinetic_energy").approximates(energy, rel=1e-5)


def test_repr(rng: np.random.Generator) -> None:
    sim = simulation(state(START))
    sim.run(3)
    expect(repr, sim).returns("Simulation(dt=0.005, step=3)")
    dt, steps = int(rng.integers(1, 9)) / 16, int(rng.integers(4, 20))
    sim = simulation(state(START), dt=dt)
    sim.run(steps)
    expect(repr, sim).returns(f"Simulation(dt={dt}, step={steps})")
    check_runs(rng)


def test_no_atoms(rng: np.random.Generator) -> None:
    it = state(np.zeros((0, 3)))
    seen: list[Any] = []
    expect(simulation(it).run, 2, lambda step, positions: seen.append(positions.shape)).value()
    check("the shapes that on_step got", seen, [(0, 3), (0, 3)])
    check_runs(rng)


@pytest.mark.parametrize("dt", [0.0, -0.1, math.nan, math.inf])
def test_no_time_step(dt: float, rng: np.random.Generator) -> None:
    expect(trajectory.Simulation, state(START), springs(), dt).raises(ValueError, says="dt")
    check_runs(rng)


@pytest.mark.parametrize("forces", [None, 5, len, [springs]])
def test_no_forces(forces: Any, rng: np.random.Generator) -> None:
    expect(trajectory.Simulation, state(START), forces).raises(TypeError, says="forces(positions)")
    check_runs(rng)


@pytest.mark.parametrize("stranger", [None, START, 5], ids=["None", "array", "number"])
def test_no_state(stranger: Any, rng: np.random.Generator) -> None:
    expect(trajectory.Simulation, stranger, springs()).raises(TypeError)
    check_runs(rng)


def test_a_negative_number_of_steps(rng: np.random.Generator) -> None:
    expect(simulation(state(START)).run, -1).raises(ValueError, says="-1")
    check_runs(rng)


@pytest.mark.parametrize("steps", [1.5, "3", None])
def test_no_number_of_steps(steps: Any, rng: np.random.Generator) -> None:
    expect(simulation(state(START)).run, steps).raises(TypeError)
    check_runs(rng)


@pytest.mark.parametrize("callback", [5, "len", [len]])
def test_no_callable(callback: Any, rng: np.random.Generator) -> None:
    it = state(START)
    expect(simulation(it).run, 5, callback).raises(TypeError)
    check("the positions", trajectory._rows(it), START, "Look at on_step before the first step.")
    check_runs(rng)


# Callbacks


def test_on_step(rng: np.random.Generator) -> None:
    field = Field(rng)
    it = state(field.start)
    sim = simulation(it, field, dt=0.1)
    seen: list[Any] = []
    expect(sim.run, 3, lambda step, positions: seen.append((step, positions))).returns(None)
    expect(sim.run, n_steps=2, on_step=lambda step, positions: seen.append((step, positions))).returns(None)
    check("the steps", [step for step, _ in seen], [1, 2, 3, 4, 5], GOES_ON)
    for step, positions in seen:
        check("its dtype", str(positions.dtype), "float32")
        field.follows(positions, step, 0.1, because=OWN_ARRAY)
    check("the positions of the state", trajectory._rows(it), seen[-1][1], WRITTEN_BACK)


def test_on_step_may_change_its_array(rng: np.random.Generator) -> None:
    field = Field(rng)
    it = state(field.start)

    def spoil(step: int, positions: Any) -> None:
        positions[:] = 99.0

    expect(simulation(it, field, dt=0.1).run, 10, spoil).value()
    field.follows(trajectory._rows(it), 10, 0.1, because=OWN_ARRAY)


class Stop(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize("error", [KeyError("here"), Stop("now"), KeyboardInterrupt()], ids=["1", "2", "3"])
@pytest.mark.parametrize("at", [1, 4])
def test_on_step_raises(error: BaseException, at: int, rng: np.random.Generator) -> None:
    field = Field(rng)
    it = state(field.start)
    sim = simulation(it, field, dt=0.1)

    def fail(step: int, positions: Any) -> None:
        if step == at:
            raise error

    raised = expect(sim.run, 10, fail).raises(type(error))
    check("the very exception came through", raised is error, True)
    check("step", sim.step, at, WHOLE_STEPS)
    field.follows(trajectory._rows(it), at, 0.1, because=WHOLE_STEPS)
    expect(sim.run, 10 - at).described("run, after the exception").value(IN_USE)
    field.follows(trajectory._rows(it), 10, 0.1, because=WHOLE_STEPS)


USES: dict[str, Any] = {
    "reading the state": trajectory._rows,
    "changing the state": lambda it: trajectory._set(it, 0, 0, 1.0),
    "another run's beginning": lambda it: trajectory._while_running(it, lambda: None),
    "Simulation(state, …)": lambda it: trajectory.Simulation(it, trajectory._Springs(1.0)),
}


@pytest.mark.parametrize("use", USES)
def test_the_state_while_it_runs(use: str, rng: np.random.Generator) -> None:
    it = state(START)
    calls: list[int] = []

    def meanwhile(step: int, positions: Any) -> None:
        calls.append(step)
        expect(USES[use], it).described(f"{use}, in on_step").raises(RuntimeError, because=IN_USE)

    expect(simulation(it).run, 2, meanwhile).value()
    check("calls of on_step", calls, [1, 2])
    check_runs(rng)


def test_a_run_within_a_run(rng: np.random.Generator) -> None:
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
    check_runs(rng)


def test_forces_may_not_use_the_state(rng: np.random.Generator) -> None:
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
    check_runs(rng)


@pytest.mark.soft
def test_views_show_the_new_positions(rng: np.random.Generator) -> None:
    field = Field(rng)
    it = state(field.start)
    sim = simulation(it, field, dt=0.1)
    got = expect(trajectory._memory_after, it, lambda: sim.run(10)).value()
    field.follows(got, 10, 0.1, because=WRITTEN_BACK)


def test_the_state_has_another_number_of_atoms_now(rng: np.random.Generator) -> None:
    it = state(START)
    sim = simulation(it)
    trajectory._shrink(it, 1)
    expect(sim.run, 1).raises(ValueError, says=("1", "2"), because="There are velocities for two atoms.")
    check_runs(rng)


# Forces in Python


@pytest.mark.parametrize("steps", [0, 1, 50])
def test_python_springs(steps: int, rng: np.random.Generator) -> None:
    field = Field(rng)
    it = state(field.start)
    expect(simulation(it, field, dt=0.05).run, steps).value(TRAIT)
    check(
        "calls of forces(positions)", field.calls, steps + 1, "Once at the beginning, and once in each step."
    )
    field.follows(trajectory._rows(it), steps, 0.05, because=TRAIT)
    check_runs(rng)


def test_what_python_gets(rng: np.random.Generator) -> None:
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
    check_runs(rng)


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
def test_what_python_must_not_give(name: str, rng: np.random.Generator) -> None:
    result, error, says = FORCES[name]

    class Wrong:
        def forces(self, positions: Any) -> Any:
            return result

    it = state(START)
    expect(simulation(it, Wrong()).run, 5).raises(error, says=says, because=TRAIT)
    check("the positions of the state", trajectory._rows(it), START, WHOLE_STEPS)
    expect(trajectory._set, it, 0, 0, 1.0).described("changing the state, after the error").value(IN_USE)
    check_runs(rng)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_python_may_give(dtype: str, rng: np.random.Generator) -> None:
    class Strided(Field):
        def forces(self, positions: Any) -> Any:
            return np.asfortranarray(super().forces(positions).astype(dtype))[::-1][::-1]

    field = Strided(rng)
    it = state(field.start)
    expect(simulation(it, field, dt=0.1).run, 10).value(TRAIT)
    field.follows(trajectory._rows(it), 10, 0.1, because="Any strides will do.")


@pytest.mark.parametrize("error", [ZeroDivisionError("here"), Stop("now")], ids=["1", "2"])
@pytest.mark.parametrize("at", [1, 2, 6])
def test_python_forces_raise(error: BaseException, at: int, rng: np.random.Generator) -> None:
    class Failing(Field):
        def forces(self, positions: Any) -> Any:
            result = super().forces(positions)
            if self.calls == at:
                raise error
            return result

    field = Failing(rng)
    it = state(field.start)
    sim = simulation(it, field, dt=0.1)
    raised = expect(sim.run, 10).raises(type(error), because=TRAIT)
    check("the very exception came through", raised is error, True)
    done = max(0, at - 2)
    check("step", sim.step, done, WHOLE_STEPS)
    field.follows(trajectory._rows(it), done, 0.1, because=WHOLE_STEPS)
    expect(sim.run, 10 - done).described("run, after the exception").value()
    field.follows(trajectory._rows(it), 10, 0.1, because=WHOLE_STEPS)


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e300])
def test_atoms_that_leave_all_bounds(bad: float, rng: np.random.Generator) -> None:
    class Wild(Field):
        def forces(self, positions: Any) -> Any:
            result = super().forces(positions)
            if self.calls == 4:
                result[1, 2] = bad
            return result

    field = Wild(rng)
    it = state(field.start)
    sim = simulation(it, field, dt=0.1)
    because = "NaN in the positions helps nobody: stop, and say in which step it began."
    expect(sim.run, 10).raises(ValueError, says=("atom 1", "step"), because=because)
    check_that(sim.step < 10, "step", sim.step, "less than 10", because)
    check(
        "whether all positions are finite", bool(np.isfinite(trajectory._rows(it)).all()), True, WHOLE_STEPS
    )
    check_runs(rng)


# Threads


def test_the_state_from_another_thread(rng: np.random.Generator) -> None:
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
        joined(thread, 10.0)

    expect(simulation(it).run, 1, meanwhile).value()
    check("reading the state in another thread, during a run", outcomes, ["RuntimeError"], IN_USE)
    check_runs(rng)


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
def test_a_cycle_is_collected(rng: np.random.Generator) -> None:
    forces = Field(rng)
    sim = expect(trajectory.Simulation, state(START), forces).value()
    expect(sim.run, 1).value()
    forces.simulation = sim  # type: ignore[attr-defined]
    gone = weakref.ref(forces)
    del forces, sim
    gc.collect()
    check_that(gone() is None, "the forces after `del` and gc.collect()", "still there", "gone")
