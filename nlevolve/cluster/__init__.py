"""Tasks of one run solved by the workers of a Dask cluster: the driver decides, hands out and writes; workers only ask.

A job is one task, handed to one worker when all that it may see is finished. Its events stream back to the driver, which alone
writes the run's folder; so what a lost worker had done is known here, and its task goes on from it elsewhere.
"""
