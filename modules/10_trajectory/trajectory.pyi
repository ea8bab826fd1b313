"""Molecular dynamics in small: states, trajectories, forces."""

import os
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import ClassVar, Literal, Never, Protocol, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Atom",
    "ForceCalculator",
    "Frame",
    "Simulation",
    "State",
    "Trajectory",
    "TrajectoryWriter",
    "Vec3",
    "calculate_rmsd",
    "radius_of_gyration",
]

_Positions: TypeAlias = NDArray[np.float32]
_Path: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes]

class _Forces(Protocol):
    def forces(self, positions: _Positions, /) -> NDArray[np.float32] | NDArray[np.float64]: ...

@final
class Vec3:
    """A vector in space, of three float32."""

    __hash__: ClassVar[None]  # type: ignore[assignment]
    x: float
    y: float
    z: float
    def __new__(cls, x: float, y: float, z: float) -> Vec3: ...
    @staticmethod
    def from_numpy(array: _Positions) -> Vec3:
        """A vector with the items of a float32 array of shape (3,)."""

    def to_numpy(self) -> _Positions:
        """A new float32 array of shape (3,)."""

    def __add__(self, other: Vec3, /) -> Vec3: ...
    def __radd__(self, other: Vec3, /) -> Vec3: ...
    def __sub__(self, other: Vec3, /) -> Vec3: ...
    def __rsub__(self, other: Vec3, /) -> Vec3: ...
    def __mul__(self, factor: float, /) -> Vec3: ...
    def __rmul__(self, factor: float, /) -> Vec3: ...
    def __truediv__(self, divisor: float, /) -> Vec3: ...
    # The slot is there, for nothing: 1 / v is a TypeError.
    def __rtruediv__(self, divisor: Never, /) -> Vec3: ...
    def __neg__(self) -> Vec3: ...
    def dot(self, other: Vec3) -> float:
        """The dot product."""

    def cross(self, other: Vec3) -> Vec3:
        """The cross product: at right angles to both."""

    def length(self) -> float:
        """The Euclidean length."""

    def distance(self, other: Vec3) -> float:
        """The length of the difference."""

    def normalized(self) -> Vec3:
        """The vector of length 1 in the same direction. ValueError for a vector without one."""

    def __iter__(self) -> Iterator[float]: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class State:
    """The positions of a number of atoms."""

    def __new__(cls, num_atoms: int) -> State: ...
    @property
    def num_atoms(self) -> int:
        """How many atoms there are."""

    def __len__(self) -> int: ...
    def positions(self) -> _Positions:
        """The positions: a float32 array of shape (n, 3) that is a view of the state's own memory."""

    def set_positions(self, positions: _Positions) -> None:
        """Copies positions into the state: a float32 array of shape (n, 3)."""

    def resize(self, num_atoms: int) -> None:
        """Changes the number of atoms. New ones are at the origin. BufferError while a view lives."""

    def atom(self, index: int) -> Atom:
        """Atom number `index`; negative numbers count from the end."""

@final
class Atom:
    """One atom of a state. It reads and writes the coordinates of the state."""

    @property
    def index(self) -> int:
        """The atom's number in the state, from 0."""

    @property
    def x(self) -> float:
        """First coordinate."""

    @x.setter
    def x(self, value: float) -> None: ...
    @property
    def y(self) -> float:
        """Second coordinate."""

    @y.setter
    def y(self, value: float) -> None: ...
    @property
    def z(self) -> float:
        """Third coordinate."""

    @z.setter
    def z(self, value: float) -> None: ...

def calculate_rmsd(
    p1: _Positions, p2: _Positions, masses: NDArray[np.float32] | NDArray[np.float64] | None = None
) -> float:
    """The root-mean-square deviation of two structures of the same atoms, as they stand."""

@final
class Frame:
    """One frame of a trajectory."""

    def __new__(cls, step: int, time: float, positions: _Positions) -> Frame: ...
    @property
    def step(self) -> int:
        """The number of the step."""

    @property
    def time(self) -> float:
        """The time, in the unit of the file."""

    @property
    def positions(self) -> _Positions:
        """The positions: a float32 array of shape (n, 3), the same one each time."""

@final
class TrajectoryWriter:
    """Writes frames to a file, in the format that the end of its name tells. Use it with `with`."""

    def __new__(cls, path: _Path, *, byteorder: Literal["little", "big"] = "little") -> TrajectoryWriter: ...
    def write(self, frame: Frame) -> None:
        """Writes a frame after those before. ValueError once the writer is closed."""

    def close(self) -> None:
        """Writes what is still in memory, and closes the file."""

    def __enter__(self) -> TrajectoryWriter: ...
    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
        /,
    ) -> bool: ...

@final
class Trajectory:
    """A trajectory in a file: iterate over its frames, ask for its length, take frames by number."""

    @staticmethod
    def load(path: _Path) -> Trajectory:
        """Opens a file of the format that the end of its name tells: .xyz or .dcd, in either byte order."""

    @property
    def num_atoms(self) -> int:
        """Atoms in each frame."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Frame: ...
    def __iter__(self) -> Iterator[Frame]: ...

@final
class ForceCalculator:
    """Forces between atoms after Lennard and Jones, in reduced units."""

    def __new__(cls, cutoff: float) -> ForceCalculator: ...
    @property
    def cutoff(self) -> float:
        """Pairs that are so far apart, or more, do not count."""

    def forces(self, positions: _Positions) -> _Positions:
        """The force on each atom, as a float32 array of shape (n, 3)."""

    def energy(self, positions: _Positions) -> float:
        """The energy of all pairs."""

@final
class Simulation:
    """Moves the atoms of a state through time: velocity Verlet, all masses 1."""

    def __new__(cls, state: State, forces: _Forces, dt: float = 0.005) -> Simulation: ...
    @property
    def dt(self) -> float:
        """The time that a step takes."""

    @property
    def step(self) -> int:
        """Steps since the beginning, in all runs."""

    @property
    def kinetic_energy(self) -> float:
        """The kinetic energy after the last step."""

    def velocities(self) -> _Positions:
        """The velocities, as a float32 array of shape (n, 3). RuntimeError while a run goes on."""

    def run(self, n_steps: int, on_step: Callable[[int, _Positions], object] | None = None) -> None:
        """Goes `n_steps` on. After each step, calls `on_step(step, positions)` with an array of its own."""

def radius_of_gyration(frames: Sequence[_Positions]) -> NDArray[np.float64]:
    """The radius of gyration of each frame, in parallel. NaN and a WARNING for a frame that is not finite."""

# The tests' own way in, past the exercises.
@final
class _Springs:
    def __new__(cls, stiffness: float) -> _Springs: ...
    def forces(self, positions: _Positions) -> _Positions: ...

def _state_of(positions: _Positions) -> State: ...
def _rows(state: State) -> _Positions: ...
def _forces_of(function: Callable[[_Positions], object]) -> _Forces: ...
def _shrink(state: State, num_atoms: int) -> None: ...
def _while_running(state: State, function: Callable[[], object]) -> object: ...
def _view_after(state: State, function: Callable[[], object]) -> _Positions: ...
def _memory_after(state: State, function: Callable[[], object]) -> _Positions: ...
def _set(state: State, atom: int, axis: int, value: float) -> None: ...
def _write_through_view(state: State, atom: int, axis: int, value: float) -> None: ...
def _warnings_of(function: Callable[[], object]) -> list[tuple[str, str]]: ...
def _scratch(name: _Path) -> os.PathLike[str]: ...
def _take(path: _Path) -> bytes: ...
def _write_dcd(path: _Path, byteorder: str, frames: list[tuple[int, float, _Positions]]) -> list[str]: ...
def _read_dcd(path: _Path) -> tuple[str | None, int, list[tuple[int, float, _Positions]]]: ...
def _log_a_run(steps: list[int], num_atoms: int, dt: float) -> None: ...
def _log_to(function: Callable[[str, int, str], object] | None, level: int) -> None: ...
