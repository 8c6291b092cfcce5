# No hang: promise 7.

== no answer at all
each
try hold
try head ; created ; delta whole ; completed

== a head and no event
each
first-byte 1m
try head ; stall 50s ; hold
try head ; created ; delta whole ; completed

== nothing but comments: the first-byte limit is less than four idle times
each
try head ; drip 10s 100000 comment
try head ; created ; delta whole ; completed

== nothing but comments: four idle times
each
idle 1m
try head ; drip 10s 100000 comment
try head ; created ; delta whole ; completed

== blank lines before JSON that never comes
each
idle 10s
try head ; drip 5s 100000 text \n
try head ; created ; delta whole ; completed

== comments first are a queue that moves
each
try head ; drip 10s 50 comment ; created ; delta whole ; completed

== comments after the first event: four idle times
each
idle 1m
try head ; created ; drip 10s 100000 comment
try head ; created ; delta whole ; completed

== pings after some text: four idle times
each
idle 1m
try head ; created ; delta half ; drip 10s 100000 ping
try head ; created ; delta whole ; completed

== half an event, drop by drop: four idle times
each
idle 1m
try head ; created ; delta half ; drip 10s 100000 text x
try head ; created ; delta whole ; completed

== silence after some text
each
try head ; created ; delta half ; hold
try head ; created ; delta whole ; completed

== slow, but alive
each
idle 1m
try head ; created ; drip 59s 30 delta a ; completed

== --max-time over a slow answer
each
max-time 5m
try head ; created ; drip 59s 30 delta a ; completed

== --max-time over a dial
each
max-time 5s
try dial inf

== --max-time in a pause: it would end too late
each
max-time 10s
try status 503
try kept ; status 429 retry-after=10 | {}

== progress begins the count anew
each
retries 2
rnd max
try status 500
try kept ; status 500
try kept ; head ; created ; delta a ; reset
try status 500
try kept ; head ; created ; delta whole ; completed

== a stream that always breaks at the same place waits longer and longer
each
retries 1
try head ; created ; delta a ; reset
try head ; created ; delta a ; reset
try head ; created ; delta a ; reset
try head ; created ; delta whole ; completed

== one that comes further does not
each
retries 1
try head ; created ; reasoning hm ; reset
try head ; created ; delta a ; reset
try head ; created ; delta ab ; reset
try head ; created ; delta whole ; completed

== without progress it does not
each
retries 2
try status 500
try kept ; status 500
try kept ; head ; created ; reset

== the seconds of a pause are told
each
ticks
try status 429 retry-after-ms=2379 | {}
try kept ; head ; created ; delta whole ; completed

== the seconds of a pause that is cut short
each
ticks
nudge 1.5s
try status 429 retry-after=3 | {}
try kept ; head ; created ; delta whole ; completed

== no limits at all
each
patience inf
connect inf
first-byte inf
idle inf
max-time inf
rnd max
try dial 1h ; stall 20h ; head ; drip 10h 10 comment ; created ; stall 300h ; delta ha ; stall 9h ; reset
try head ; created ; delta whole ; completed
