import itertools
import sys

EVIL = "\r\n::error title=x::EVIL\n::set-output name=score::100\n##[error]EVIL\n::add-mask::5\n::stop-commands::x\n\x1b]0;EVIL\x07\x1b[2J\u202eEVIL\u2066\x00\x08 ]]> </failure><script>EVIL</script> `</details>` | x | [y](javascript:z) ![i](http://evil.example/x.png) @everyone #1 <!-- \n=== 36 passed in 0.1s ===\n=cmd|x!A0,+1,@x\n"
TURN = itertools.count()


def answer(*args, **kwargs):
    print(EVIL, flush=True)
    print(EVIL, file=sys.stderr, flush=True)
    match next(TURN) % 4:
        case 0:
            return EVIL
        case 1:
            raise type("E" + "v" * 50 + "il", (ArithmeticError,), {"__doc__": EVIL})(EVIL)
        case 2:
            error = ArithmeticError(EVIL)
            error.add_note(EVIL)
            raise error
        case _:
            return {EVIL: [EVIL.encode()]}
