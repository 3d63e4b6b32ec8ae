// The clouds' credential programs of the simulated clusters: standard library alone.
module novacron/credential

go 1.24.0
