"""Which city is nearest? A reverse geocoder on top of `nearest_on_sphere`.

    python nearest_city.py 2.35,48.85 -0.13,51.51       longitude,latitude in degrees

After `maturin develop` in this folder, or with your own wheel installed. `NearestCity` is what you can take
along.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any, NamedTuple

import nearest_distances
import numpy as np

CITIES = Path(__file__).parent / "data" / "cities.csv"


class City(NamedTuple):
    """A row of the gazetteer, and how far away it is."""

    name: str
    country: str
    kilometres: float


class NearestCity:
    """Finds the nearest city of a gazetteer, for as many coordinates at once as you like."""

    def __init__(self, path: Path = CITIES) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.names = [(row["name"], row["country"]) for row in rows]
        self.lonlat = np.array([(float(row["longitude"]), float(row["latitude"])) for row in rows])

    def __call__(self, lonlat: Any) -> list[City]:
        """The nearest city of each row of `lonlat`: longitude and latitude in degrees."""
        points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
        metres, rows = nearest_distances.nearest_on_sphere(points, self.lonlat)
        return [
            City(name=self.names[row][0], country=self.names[row][1], kilometres=round(distance / 1000, 1))
            for distance, row in zip(metres.tolist(), rows.tolist(), strict=True)
        ]


if __name__ == "__main__":
    coordinates = [[float(number) for number in argument.split(",")] for argument in sys.argv[1:]]
    for city in NearestCity()(coordinates):
        print(f"{city.name}, {city.country}: {city.kilometres} km")
