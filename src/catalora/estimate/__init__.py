"""What a run will take: time, memory and disk on this machine, before it is started."""
