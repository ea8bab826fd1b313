"""What module 09 costs, beside plain Python."""

from __future__ import annotations

from collections.abc import Iterator

from coursekit.bench import Case, Peer, Versions, main


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    yield Case(
        "one more, one call",
        args=(41,),
        peers=[
            Peer("Python", lambda x: x + 1),
            versions.yours("image_filter"),
            versions.solution("image_filter"),
        ],
    )


if __name__ == "__main__":
    main("image_filter", cases)
