class Yes:
    def __getattr__(self, name):
        return lambda *args, **kwargs: None


def expect(*args, **kwargs):
    return Yes()


check = check_that = expect
