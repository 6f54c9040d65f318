"""What the numbers mean: limit windows, forecasts and quotas as pure functions of rows."""
