"""What `script/bench faults` is made of: a database to put back, crowds of processes, kills, and what is counted."""
