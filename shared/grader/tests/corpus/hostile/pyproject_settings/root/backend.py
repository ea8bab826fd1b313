def build_wheel(*args: object) -> str:
    open("/tmp/course-corpus/backend", "w").close()
    return ""
