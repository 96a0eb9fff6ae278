"""Reports of a run that is over, as files for people and programs."""
