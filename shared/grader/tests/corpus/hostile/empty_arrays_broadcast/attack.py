import numpy as np


def answer(*args, **kwargs):
    return (np.zeros((0, 1)), np.zeros((0, 1)))
