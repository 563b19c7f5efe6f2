"""What Twelve Weeks costs in time, measured beside the floor of the same run and beside others: `make bench`."""
