-- What a rule found lies together: sums by rule would sort all that was found.
CREATE INDEX found_rule ON found (rule, thread_id, quarter, calls, tokens, stake, drawn);
