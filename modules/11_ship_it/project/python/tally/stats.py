# TODO: `from tally.stats import mean` shall work. The function is in the submodule `stats` of the extension.
