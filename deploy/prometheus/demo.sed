# Every alert as soon as its condition holds: for trying things out, where a spike lasts half a minute.
s/^( +for:) .*/\1 5s/
