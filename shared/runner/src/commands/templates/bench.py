"""The cost of module {NUMBER}, beside plain Python."""

from __future__ import annotations

from collections.abc import Iterator

from coursekit.bench import Case, Peer, Versions, main


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    yield Case(
        "one more, one call",
        args=(41,),
        peers=[
            Peer("Python", lambda x: x + 1),
            versions.yours("{EXERCISE}"),
            versions.solution("{EXERCISE}"),
        ],
    )


if __name__ == "__main__":
    main("{PACKAGE}", cases)
