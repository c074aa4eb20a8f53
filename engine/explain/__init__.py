"""Why a clock stands where it stands, in words."""
