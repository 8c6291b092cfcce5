# Slots within shared limits: waited for as other pauses are.

== nothing is known: nothing is waited for
each
paced 0
try head ; created ; delta whole ; completed

== others were refused, for a while
each
paced 3s
ticks
try head ; created ; delta whole ; completed

== too short to be told
each
paced 300ms
ticks
try head ; created ; delta whole ; completed

== for longer than patience lasts
each
paced 10m1s

== no patience at all, and nothing to wait for
each
paced 0
patience 0
try head ; created ; delta whole ; completed

== no patience at all
each
paced 1s
patience 0

== for longer than there is time
each
paced 30s
max-time 20s

== a nudge ends the wait
each
paced 30s
nudge 2200ms
try head ; created ; delta whole ; completed

== a signal, too
each
paced 30s
cancel 2s

== what was waited for a slot is part of patience
each
paced 8s
patience 10s
try status 429 retry-after=3 | {"error":{"message":"slow down","code":"rate_limit_exceeded"}}

== a refusal with figures: the figure of the server counts
paced 0
try status 429 | {"error":{"message":"Rate limit reached for m on tokens per min (TPM): Limit 30000, Used 29900, Requested 5000. Please try again in 9.8s.","type":"tokens","code":"rate_limit_exceeded"}}
try kept ; head ; created ; delta whole ; completed

== remaining 0, but a short wait: the server's figure counts
each
paced 0
rnd max
try status 429 retry-after-ms=150 x-ratelimit-limit-requests=3 x-ratelimit-remaining-requests=0 x-ratelimit-reset-requests=20s | {"error":{"message":"limited","code":"rate_limit_exceeded"}}
try kept ; head ; created ; delta whole ; completed

== refused for a day
each
paced 0
try status 429 | {"error":{"code":"RateLimitReached","message":"Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 52220 seconds before retrying."}}

== a bucket that is empty after an answer that broke off
each
paced 0
try head x-ratelimit-limit-tokens=600 x-ratelimit-remaining-tokens=0 x-ratelimit-reset-tokens=1m0s ; created ; delta half ; reset
try head ; created ; delta whole ; completed

== a silence, while the place is renewed: its own deadline ends it
paced 0
idle 1m
rnd 0
try head ; created ; hold
try head ; created ; delta whole ; completed
