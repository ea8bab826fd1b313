"""The objects that a test gets when it imports the module under test: their calls travel to the worker."""
