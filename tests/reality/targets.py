"""What the engagement law must reach on battles it has not seen; written down before any result was seen.

Never change a number here because of a result: a check that fails stands as a strict expected failure.
"""

# Mean log score: the law's less the baseline's, in nats a battle, pooled over held-out rows. Specification of the
# theatre model, reality check 1: the law must beat a constant rate, force-to-space alone and Lanchester alone.
LOG_SCORE_GAIN_ABOVE = 0.0

# Brier score: the law's less the baseline's, same rows, same source.
BRIER_GAIN_BELOW = 0.0

# Predicted medians of losses and durations must lie between these quantiles of the held-out record. Specification of
# the theatre model, reality check 1; validation notes A9.
RECORD_QUANTILES = (0.25, 0.75)

# Slope of ln HELMRAT on ln force ratio, 1919-45: 1.00, 95 % interval from resampled campaigns. Validation notes,
# section 1.5; ref_helmbold_regressions.csv, row "1919-45, ln HELMRAT".
HELMRAT_SLOPE = (0.57, 1.79)
