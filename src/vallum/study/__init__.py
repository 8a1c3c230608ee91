"""Many runs of a case: designs, draws, batches and the store they end in."""
