-- The limits that hosts share, as limit.c has them for the processes of one
-- host: the same policy, step by step, run by a Redis server, where nothing
-- else runs meanwhile.  The headers of this folder explain the arithmetic;
-- names are those used there.  The build embeds this file without comments
-- (tests/embed.sh).
--
-- KEYS, which expire an hour after nobody needs them:
--	1 page	what is known of the limit: a page, packed
--	2 tickets	each ticket by its id, packed
--	3 wait	the waiting tickets, by when they began to wait
--	4 active	the active tickets, by when their lease expires; a
--		refused one that will come again, by that time negated: it
--		does not count, but both kinds expire between -now and now
--	5 hosts	by when they were last seen
-- ARGV: the step, the ids of the ticket and of the host, the limits set by the
-- user, how long ago the ticket's attempt began; the status of a response head,
-- or 0; if it is none, how long ago it came, whether its windows are fixed, and
-- limit, left, reset and window of each kind; then what the step needs.
--
-- Only durations come from the client and go to it, in ms.  Cells count from
-- 1: requests, tokens, input, output, and requests and tokens of long windows.
--
-- Since steps come one after the other, a cell knows more than one of a page:
-- .went is the sum of the spans of all requests that went, .back that of those
-- which were not counted.  So what the server says of a bucket does not depend
-- on the order of places: at any time the bucket lacks base + went - back -
-- time.  Of those that went, .heard are known to have been counted.

local PAGE, TICKETS, WAIT, ACTIVE, HOSTS = unpack(KEYS)
local step, id = ARGV[1], ARGV[2]
local call, floor, max, min = redis.call, math.floor, math.max, math.min
local HOUR, MINUTE, LONG = 3600000, 60000000, 1800000000
-- what a ticket waits for, or a cell's index from 0
local HOLD, TURN, FIRST, GAP = 6, 7, 8, 9
local WHOLE, LIMITED, LATE = 0, 1, 2	-- how an attempt ended
local GUESS, MEASURED, AGAIN = 1, 2, 3
local NEVER, ONE = 2^52, 1024
local LEASE, HOST, SOON = 5000, 10000, 50

local clock = call('TIME')
local now = clock[1] * 1000 + floor(clock[2] / 1000)
local us = now * 1000

-- A table with 0 for what it lacks.
local zero = { __index = function() return 0 end }
local function zeros(x)
	return setmetatable(x, zero)
end

local headed = tonumber(ARGV[7] or 0)
local shift = headed > 0 and 18 or 0

local function arg(i)
	return tonumber(ARGV[i > 7 and i + shift or i])
end

local p = call('GET', PAGE)
p = zeros(p and cmsgpack.unpack(p) or
    { label = '', fast = 10, epoch = us, cell = { {}, {}, {}, {}, {}, {} } })
local cell = p.cell
for k = 1, 6 do
	zeros(cell[k])
end
local own = {}		-- limits set by the user
for k = 1, 2 do
	own[k] = arg(k + 3) > 0 and arg(k + 3) or nil
end

-- -- the ticket --

local function load(who)
	local s = call('HGET', TICKETS, who)
	local x = s and zeros(cmsgpack.unpack(s))
	-- places in queues that the server has lost are none
	return x and x.epoch == p.epoch and x
end

-- The tail is the place of a ticket that has none of its own, because it was
-- reserved elsewhere or the server has lost it.
local function fresh()
	local x = zeros({ epoch = p.epoch, asked = now, span = {},
	    place = {}, era = {}, spent = {}, went = {}, sure = {}, heard = {},
	    counted = {}, total = {}, told = {}, paced = {} })
	for k = 1, 6 do
		local c = cell[k]
		x.span[k], x.place[k], x.era[k] = 0, c.tail, c.era
		x.went[k], x.sure[k], x.heard[k] = c.went, c.sure, c.heard
		x.spent[k], x.counted[k], x.total[k] = 0, 0, c.counted
	end
	return x
end

local t = load(id) or fresh()

local function on(x)	-- a flag, which is nil or true
	return x ~= 0 and x
end

-- -- limit/ratio.c --

local function apply(k, cost)
	local r = cell[k].ratio
	if r == 0 then return cost end
	if r < ONE then r = min(r + floor(r / 8), ONE) end
	return floor(cost * r / ONE)
end

local function ratio(counted, estimated)
	return estimated > 0 and
	    floor(max(16, min(counted / estimated * ONE, 8 * ONE))) or 16
end

local function report(c, went, estimated, base, one, window)
	local sum, from, moved = estimated - c.from_estimated, c.from_went,
	    base - c.from_base
	if from ~= 0 and (sum < window / 32 or sum < one * 8) then return end
	c.from_went, c.from_base, c.from_estimated = went, base, estimated
	if from == 0 or went <= from then return end
	local r, old = ratio(went - from + moved, sum), c.ratio
	if old == 0 then old = ONE end
	if r > old and old < ONE then
		r = min(r, ONE)
	elseif r > old - floor(old / 8) then
		return
	end
	c.ratio = floor((old + r) / 2)
end

-- -- limit/gcra.c and queue.c --

local function span(cost, limit, window)
	return max(0, min(math.ceil(cost * window / limit), NEVER))
end

-- The bucket of a cell for the ticket; nil: no limit.
local function look(k)
	local c = cell[k]
	local v = { limit = c.limit, window = c.window, margin = c.margin }
	if v.limit == 0 then
		v.limit, v.window, v.own = own[k] or 0, 0, true
		if v.limit == 0 then return end
	end
	if v.window <= 0 then v.window = MINUTE end
	v.burst = v.own and t.span[k] or v.window -
	    (on(t.refused) and min(v.margin, 50000) or v.margin)
	return v
end

local function requests(k)
	return k % 4 == 1
end

local function estimate(k)
	if requests(k) then return 1 end
	if k == 3 then return t.input end
	if k ~= 4 then return t.input + t.output end
	return min(p.output > 0 and p.output or 1000, t.output)
end

local function cost(k)
	return apply(k, estimate(k))
end

local function reserve(k, v)
	return span(min(cost(k), v.limit), v.limit, v.window)
end

local function join()
	t.queued = true
	for k = 1, 6 do
		local c, v = cell[k], look(k)
		if not v then
			if t.span[k] == 0 then
				t.place[k], t.era[k] = c.tail, c.era
			end
		elseif t.span[k] == 0 or t.era[k] ~= c.era then
			t.era[k] = c.era
			-- a full bucket accumulates no credit
			c.base = max(c.base, us - c.tail)
			t.span[k] = reserve(k, v)
			c.tail = c.tail + t.span[k]
			t.place[k] = c.tail
		end
	end
end

local function leave()
	for k = 1, 6 do
		local c = cell[k]
		if t.era[k] == c.era then
			c.tail = c.tail - t.span[k]
		end
	end
end

local function slots(guess)
	t.slot, t.why = on(t.probe) and 0 or t.last > 0 and t.held or p.hold,
	    HOLD
	for k = 1, 6 do
		local c, v = cell[k], look(k)
		local skip = t.span[k] == 0 or not v or
		    (on(t.probe) and v.window > LONG) or
		    (guess and c.limit > 0 and c.rate == GUESS)
		if not skip and t.place[k] >= c.tail then
			t.place[k] = c.tail
			skip = on(t.refused) and not on(t.exact) and not v.own
		end
		t.paced[k] = not skip
		if not skip then
			local more = (on(t.exact) or v.own) and 0 or
			    max(0, t.span[k] - reserve(k, v))
			local at = floor((c.base + t.place[k] - more -
			    v.burst + 999) / 1000)
			if at > t.slot then
				t.slot, t.why = at, k - 1
				t.limit, t.window = v.limit, v.window
			end
		end
	end
	t.slot = max(t.slot, now)
end

-- The request goes.  Of those before it, the ones of the last 50 to 100 ms may
-- arrive later.
local function go()
	local all, old = now - p.last > 100, now - p.marked > 100
	if old then p.marked = now end
	p.last = now
	for k = 1, 6 do
		local c, v = cell[k], look(k)
		if old then c.sure, c.mark = c.mark, c.went end
		if all then c.sure = c.went end
		t.sure[k], t.heard[k] = c.sure, c.heard
		if t.era[k] ~= c.era then t.span[k] = 0 end
		t.counted[k] = v and t.span[k] > 0 and
		    span(estimate(k), v.limit, v.window) or 0
		t.spent[k] = t.span[k]
		c.went = c.went + t.span[k]
		c.counted = c.counted + t.counted[k]
		t.went[k], t.total[k] = c.went, c.counted
	end
end

-- It was not counted.
local function back()
	for k = 1, 6 do
		local c = cell[k]
		if t.era[k] == c.era then
			c.back = c.back + t.spent[k]
			c.uncounted = c.uncounted + t.counted[k]
		end
	end
end

-- -- limit/lease.c --

-- A ticket that died while it waited returns what it has reserved, once all
-- before it have left.
local function bury(who, x)
	for k = 1, 6 do
		local c = cell[k]
		if x and x.era[k] == c.era then
			c.base, c.went, c.heard = c.base - x.span[k],
			    c.went + x.span[k], c.heard + x.span[k]
		end
	end
	call('ZREM', WAIT, who)
	call('HDEL', TICKETS, who)
end

-- It went by what its host knows, which reports that (the step "used").
local function elsewhere()
	leave()
	local x = fresh()
	for _, name in ipairs({ 'span', 'spent', 'went', 'sure', 'heard',
	    'place', 'era' }) do
		t[name] = x[name]
	end
end

local function mourn()
	while true do
		local who = call('ZRANGE', WAIT, 0, 0)[1]
		local x = who and load(who)
		if not who or who == id or (x and x.beat >= now) then
			return
		end
		bury(who, x)
	end
end

local function wait()
	call('ZADD', WAIT, t.asked, id)
	call('ZREM', ACTIVE, id)
	t.waits = true
end

local function rank()
	return call('ZRANK', WAIT, id) or call('ZCARD', WAIT)
end

local function active()
	return call('ZCOUNT', ACTIVE, '(' .. now, '+inf')
end

local function withdraw()
	call('ZREM', WAIT, id)
	call('ZREM', ACTIVE, id)
	t.waits = nil
end

local function take()
	withdraw()
	call('ZADD', ACTIVE, now + LEASE, id)
end

local function expire()
	local dead = call('ZRANGEBYSCORE', ACTIVE, -now, now, 'LIMIT', 0, 100)
	for _, who in ipairs(dead) do
		local x = load(who)
		call('ZREM', ACTIVE, who)
		if x and on(x.going) then x.era = {} end
		bury(who, x)
	end
end

-- -- limit/share.c --

local function most()
	return now - p.cut > 600000 and 0 or floor(p.concurrency)
end

local function share(n)
	p.concurrency = max(n, 1)
	p.admitted, p.cut = p.concurrency, now
end

local function cut()
	local n, with = active(), min(t.active, most())
	share(n + 1 < with and with - 1 or n)
end

local function grow()
	local n = p.concurrency
	if n > 0 and n < 100000 then
		p.concurrency = n + (n < p.admitted + 2 and 1 / (2 * n) or 1)
	end
end

-- -- limit/gap.c --

local function gap_next()
	local gap = min(p.gap * 2 ^ min(p.gap_tries, 30), MINUTE)
	if gap == 0 or now - p.gap_refused > max(gap * 64 / 1000, 60000) then
		return 0
	end
	return p.gap_last + floor(gap / 1000)
end

local function gap_take(next)
	if next > now then return end
	if now - next > next - p.gap_last then p.gap_from = 0 end
	p.gap_last = now
	return true
end

local function gap_longer(gap, accepted, n, time)
	if gap == 0 then return 100000 end
	if accepted == 0 then return gap end
	if n > 0 then gap = max(gap, floor(time / n)) end
	return min(gap + floor(gap / 16), MINUTE)
end

local function gap_refused(wait)
	local gap = gap_next() > 0 and p.gap or 0
	if (gap == 0 and active() > 0) or wait > 60000 then return end
	if gap > 0 and t.at <= p.gap_refused then return true end
	local accepted, from = p.gap_accepted, p.gap_from
	local n = p.gap_count + accepted
	p.gap_refused, p.gap_accepted = now, 0
	if gap == 0 or from == 0 then from, n = t.at, 0 end
	p.gap = gap_longer(gap, accepted, n, (t.at - from) * 1000)
	if n > 0 and accepted > 0 and wait > 1000 + 2 * p.gap / 1000 then
		p.gap = 0
	end
	if n > 64 then
		from, n = from + floor((t.at - from) / 2), floor(n / 2)
	end
	p.gap_tries = gap > 0 and accepted == 0 and p.gap_tries + 1 or 0
	p.gap_from, p.gap_count = from, n
	p.gap_last = wait > 0 and now + wait or t.at
	return p.gap > 0
end

local function gap_accepted()
	local gap = p.gap
	p.gap_accepted = p.gap_accepted + 1
	if gap == 0 then return end
	p.gap_tries = 0
	gap = gap - floor(gap / (p.gap_accepted <= 24 and 96 or 16))
	p.gap = gap > 5000 and gap or 0
end

-- -- limit/hold.c --

local function hold_last(from, till)
	return till + floor((till - from) / 5) + 200
end

local function hold(till)
	local long = p.hold - p.held > HOUR
	if p.hold > now and long and t.at >= p.held then
		p.hold, p.held = till, now
		return
	end
	if p.hold <= now then p.held = now end
	p.hold = max(p.hold, till)
end

local function unhold()
	if p.hold - p.held > HOUR and t.at >= p.held then p.hold = 0 end
	p.pause, p.next = 0, 0
end

local function probe(since)
	if now < max(p.next, since + 60000) then return end
	p.pause = min(p.pause > 0 and p.pause * 2 or 120000, HOUR)
	p.next = now + p.pause
	return true
end

-- -- limit/rate.c --

local function rate(c, left, taken, at)
	if c.limit == 0 then
		c.rate_left, c.rate_at, c.rate_taken = left, at, 0
		c.rate = GUESS
		return max(left + taken, 1)
	end
	if c.rate == 0 then return c.limit end
	local gained = left - c.rate_left + taken + c.rate_taken
	local limit, time = c.limit, at - c.rate_at
	c.rate_taken = c.rate_taken + taken
	if gained > 0 and time >= (c.rate == AGAIN and 2000 or 400) then
		limit = floor(gained * 60000 / time)
		if c.rate == GUESS and time >= 2000 then c.rate = MEASURED end
		if time > 10000 then
			c.rate_left, c.rate_at, c.rate_taken = left, at, 0
			c.rate = AGAIN
		end
	end
	return max(limit, left + taken)
end

-- -- limit/limit.c: ask --

-- Whether what is known is stale, and whether anything is known.
local function stale()
	local old, known = p.head == 0, own[1] or own[2]
	for k = 1, 6 do
		local c = cell[k]
		if c.limit > 0 then
			local window = max(c.window / 1000, 60000)
			known = true
			if p.head - c.told > max(window, HOUR) then
				c.limit = 0
			end
			old = old or (now - c.told > window and
			    now - p.head > window)
		end
	end
	return old, known
end

-- One who waits for the first response looks again so often that one does
-- each 4 ms.
local function first(hurry)
	local old, known = stale()
	local age, step = now - p.start, old and 1000 or 50
	if hurry or (not old and (known or age > 7 * step)) then return end
	t.why, t.slot = FIRST, now
	if old and now - p.probe >= 2 * step then
		p.start = now
	else
		t.slot = p.probe + floor(step /
		    2 ^ (age < 7 * step and floor(age / step) or 7))
	end
	if t.slot <= now then
		p.probe = now
		return
	end
	wait()
	local look = max(50, min(500, floor((now - t.asked) * 3 / 2)))
	return max(min(t.slot - now, look), min(50,
	    floor(call('ZCARD', WAIT) / 4)))
end

-- The server's word for a refused request beats its cell.
local function overruled()
	return t.last > 0 and t.slot > t.last and t.why < HOLD and
	    cell[t.why + 1].limit > 0 and
	    (on(t.odd) or (active() == 0 and rank() == 0))
end

-- Since when it is told what the ticket waits long for, if only others were.
local function hearsay()
	if t.why == HOLD then
		return p.hold - p.held > HOUR and t.held < p.hold and p.held
	end
	return t.window > LONG and t.slot - now > HOUR and
	    not on(t.refused) and rank() == 0 and cell[t.why + 1].told
end

local function guessed()
	local c = t.why < HOLD and cell[t.why + 1]
	if not c or c.limit == 0 or c.rate ~= GUESS or now - p.probe < 500 or
	    now - p.head < 500 then
		return
	end
	slots(true)
	if t.slot > now then return end
	p.probe = now
	return true
end

-- When to look again before a slot: a step costs more here than on a page.
local function again(left, fast)
	local due = max(20, floor(left / fast))
	return min(max(left, 1), due < 500 and due or
	    min(floor(due * 3 / 4), 5000))
end

-- When to ask again, in ms; the ticket goes if that is not above 0, after as
-- much.
local function ask(hurry, going)
	if going and not on(t.going) then
		t.going, t.at = true, now
		go()
	end
	if on(t.going) then
		take()
		-- or it does not know yet: a reply was lost
		return going and LEASE or min(0, now - t.at)
	end
	local look = not on(t.queued) and first(hurry)
	if look then return look end
	join()
	slots()
	local soon = SOON
	if t.slot > now then
		wait()
		if overruled() then t.slot = t.last end
		local since = hearsay()
		if since then t.probe = probe(since) end
		if since and on(t.probe) then
			slots()
		elseif since then
			t.slot = min(t.slot, max(p.next, since + 60000))
			soon = 0
		end
	end
	local alone = hurry or t.last > 0
	local n, next = alone and 0 or most(), alone and 0 or gap_next()
	local left = t.slot - now
	if (left > soon or (left > 0 and n + next > 0)) and not guessed() then
		-- how much faster slots came than told, as where less is
		-- counted than was reserved
		if t.left > 0 and now > t.looked then
			local fast = (t.left - left) / (now - t.looked)
			p.fast = (3 * p.fast + max(1, min(fast, 20))) / 4
		end
		t.left, t.looked = left, now
		return again(left, p.fast)
	end
	if n > 0 or next > 0 then wait() end
	if next > 0 and (rank() > 0 or not gap_take(next)) then
		t.why = GAP
		t.slot = max(next, now) + rank() * floor(p.gap / 1000)
		-- the first ones soon see if one before them is gone
		return min(again(t.slot - now, 1), rank() < 3 and 100 or HOST)
	end
	local over = n > 0 and active() + rank() - n + 1 or 0
	if over > 0 then
		local usual = max(p.length, 50)
		t.why, t.slot = TURN, now + usual
		return max(50, min(floor(usual * over / n / 4), 2000))
	end
	if t.last > 0 then p.gap_last = max(p.gap_last, t.slot) end
	take()
	t.active = n > 0 and active() or 0
	t.going, t.at = true, t.slot
	go()
	return now - t.slot
end

-- -- limit/limit.c: head and done --

-- A head that came so long ago; the server decided soon after the request was
-- sent.
local came = now - (headed > 0 and ARGV[8] or 0)

local function decided()
	return min(came, max(t.at, now - arg(6)) + 300)
end

local function index(k, of)
	local long = k < 3 and (of.window > LONG / 1000 or (of.window < 0 and
	    cell[4 + k].limit == of.limit))
	return long and 4 + k or k
end

-- The bucket needs more margin than it has.
local function need(c, margin, window)
	margin = min(max(margin, floor(window / 1000)), floor(window / 20))
	c.margin, c.peak = max(c.margin, margin), max(c.peak, margin)
end

local function start(c, base, window)
	c.base, c.margin, c.peak, c.reports = base, floor(window / 100), 0, 0
end

local function sync(c, least, latest, window, elapsed, refused)
	local raise = least - c.base
	if raise > 0 then
		c.base = least
		if elapsed > window / 60 then
			raise = floor(raise * window / 60 / elapsed)
		end
		need(c, raise + floor(raise / 4) + floor(window / 1000), window)
	elseif c.base > latest and not refused then
		c.base = latest
	end
	c.reports = c.reports + 1
	if c.reports >= 24 then
		c.margin, c.peak, c.reports = c.peak, 0, 0
	end
	need(c, 0, window)
end

-- In what unit the figures are: some are rounded to thousands.
local function unit(k, left)
	local c = cell[k]
	if requests(k) then return 1 end
	if left > 0 and c.unit ~= 1 then
		c.unit = left % 1000 == 0 and 1000 or 1
	end
	return max(c.unit, 1)
end

local function learn(k, of, counted)
	local c = cell[k]
	local old, told, sent = c.limit, c.told, t.at * 1000
	if of.window > 0 then c.window = max(c.window, of.window * 1000) end
	c.limit = of.limit
	if of.limit ~= old then c.from_went = 0 end
	local changed = old > 0 and
	    math.abs(of.limit - old) > floor(of.limit / 4)
	if changed then c.era = c.era + 1 end
	local v = look(k)
	local anew = came - told > v.window / 1000
	c.told = came
	if of.left < 0 and counted then return end
	local left = max(of.left, -of.limit)
	local refused = not counted and not t.told[k] and left < cost(k)
	t.told[k] = true
	local all, taken = c.went - c.back, t.spent[k]
	local went = t.went[k] - c.back
	local sure = max(t.heard[k], t.sure[k] - c.back) + taken
	if t.era[k] ~= c.era then went, sure, taken = all, nil, 0 end
	local lack = span(of.limit - left, v.limit, v.window)
	local gone = lack + (counted and 0 or taken)
	local last = max(went, min(all,
	    sent + floor(v.window / 1000) + v.burst - c.base))
	local latest = decided() * 1000 + gone
	local least = sent + gone - span(unit(k, left), v.limit, v.window) -
	    last
	if counted and not requests(k) and taken > 0 then
		report(c, went, t.total[k] - c.uncounted, latest - went,
		    t.counted[k], v.window)
	end
	latest = sure and latest - sure or NEVER
	local window = min(v.window, MINUTE)
	local margin, peak, reports = c.margin, c.peak, c.reports
	if changed then
		start(c, decided() * 1000 + lack - c.tail, window)
		c.went = c.back + c.tail
		c.sure, c.mark, c.heard = c.went, c.went, c.tail
	else
		if anew or old == 0 then start(c, latest, window) end
		if refused and least <= c.base then
			need(c, c.margin + floor(c.margin / 2), window)
		end
		sync(c, least, latest, window,
		    (came - told) * 1000, not counted)
	end
	if not anew and (c.since ~= 0 or not t.paced[k]) then
		c.margin, c.peak, c.reports = margin, peak, reports
	end
	if anew or t.at >= c.since then c.since = anew and came or 0 end
end

local function head()
	local counted = headed ~= 429
	for kind = 1, 4 do
		local of = {}
		for i, name in ipairs({ 'limit', 'left', 'reset', 'window' }) do
			of[name] = tonumber(ARGV[5 + 4 * kind + i])
		end
		local k = index(kind, of)
		local c = cell[k]
		if of.limit > 0 then
			c.rate = 0
		elseif of.left >= 0 and not own[kind] then
			of.limit = rate(c, of.left, counted and cost(k) or 0,
			    decided())
		end
		if of.limit > 0 then
			learn(k, of, counted)
			if of.left >= 0 and of.left < cost(k) then
				t.explained = true
			end
			-- a fixed window does not refill before its end
			if ARGV[9] ~= '0' and of.left == 0 and
			    of.reset > 0 and of.reset <= 60000 then
				local v = look(k)
				c.base = max(c.base, (came + of.reset) * 1000 +
				    v.burst - t.place[k] -
				    span(1, v.limit, v.window))
			end
		end
	end
	if not counted then
		join()
	elseif headed < 300 then
		unhold()
	end
	if p.head == 0 then p.start = headed < 300 and came or 0 end
	p.head = max(p.head, came)
	t.headed = true
	for k = 1, 6 do
		if counted and t.era[k] == cell[k].era then
			cell[k].heard = cell[k].heard + t.spent[k]
		end
	end
end

-- kind: of the limit that the text of the refusal names, or -1.
local function refuse(kind, of, asked, pause, refill)
	local k
	if kind >= 0 then
		if cell[kind + 1].limit == of.limit then of.window = -1 end
		k = index(kind + 1, of)
		learn(k, of, false)
	end
	back()
	if k then
		local c = cell[k]
		join()
		t.explained, t.exact = true, true
		if not requests(k) then
			local r = ratio(asked, estimate(k))
			c.ratio = c.ratio == 0 and r or floor((c.ratio + r) / 2)
		end
		local v = look(k)
		local more = span(min(asked, of.limit), v.limit, v.window) -
		    t.span[k]
		c.tail = c.tail + more
		t.span[k], t.place[k] = t.span[k] + more, t.place[k] + more
	end
	t.refused, t.probe = pause > 0 or nil, nil
	t.words = pause > 0 and t.words + 1 or 0
	t.last = pause > 0 and t.words <= 3 and
	    hold_last(now, now + pause) or 0
	t.odd = now + refill > t.last or nil
	if pause > 0 and (kind < 0 or pause <= 600000) then
		t.held = now + pause
		hold(t.held)
	end
	if on(t.explained) then return end
	if gap_refused(pause) then
		p.concurrency = 0
	else
		cut()
	end
end

local function average(name, v)
	local old = p[name]
	local part = (v - old) / 8
	p[name] = old == 0 and v or
	    old + (part < 0 and math.ceil(part) or floor(part))
end

local function settle(input, output)
	local over = 0
	if output >= 0 and t.input > 0 then
		over = output - t.output
		if t.excess >= 0 then
			average('excess', max(0, over + t.excess))
		end
		over = max(0, over)
	end
	for k = 1, 6 do
		local v = not requests(k) and t.span[k] > 0 and look(k)
		if v then
			local used = k == 4 and output or k == 3 and input or
			    input + output
			local more = span(min(used, v.limit), v.limit,
			    v.window) - t.span[k]
			if t.told[k] then
				more = k % 4 == 2 and
				    span(over, v.limit, v.window) or 0
			elseif input < 0 or output < 0 then
				more = 0
			end
			if more > 0 or v.own then
				cell[k].base = cell[k].base + more
			end
		end
	end
end

-- Whether the ticket stays.
local function done(outcome, sent, again, input, output)
	t.going = nil
	withdraw()
	if outcome == WHOLE then
		grow()
		gap_accepted()
		average('length', now - t.at)
		if output >= 0 then average('output', output) end
		settle(input, output)
	elseif outcome == LIMITED then
		refuse(arg(11), { limit = arg(12), left = arg(13), reset = -1,
		    window = arg(14) }, arg(15), arg(16), arg(17))
	elseif outcome == LATE and sent and not on(t.headed) and
	    p.head > t.at then
		share(max(active(), most() - 1))
	end
	if outcome ~= LIMITED then
		if sent then return end
		back()
	end
	if not again then
		leave()
		return
	end
	t.headed, t.explained, t.told = nil, nil, {}
	return true
end

-- -- steps --

local reply, keep = {}, false
if step == 'show' then
	reply = { p.label, p.hold - now, now - p.held, p.next - now,
	    floor(most()), active() }
	for k = 1, 6 do
		local c = cell[k]
		for _, v in ipairs({ c.limit, c.window, c.margin,
		    c.base + c.tail - us }) do
			reply[#reply + 1] = v
		end
	end
	return reply
elseif step == 'forget' then
	for k = 1, 6 do
		local c = cell[k]
		c.limit, c.told, c.unit, c.ratio, c.from_went = 0, 0, 0, 0, 0
	end
	for _, name in ipairs({ 'hold', 'next', 'pause', 'head',
	    'concurrency', 'gap', 'output', 'excess', 'length' }) do
		p[name] = nil
	end
elseif step == 'used' then
	-- what a host sent while it could not reach the server
	for k = 1, 6 do
		local v = look(k)
		if v then
			cell[k].base = max(cell[k].base, us - cell[k].tail) +
			    span(arg(requests(k) and 8 or 9), v.limit,
			    v.window)
		end
	end
else
	expire()
	mourn()
	if t.at == 0 then t.at = now - arg(6) end
	if not on(t.going) and (step == 'head' or step == 'done' or
	    (step == 'ask' and arg(9) > 0)) then
		elsewhere()
	end
	if headed > 0 then head() end
	keep = true
	if step == 'ask' or step == 'check' then
		t.at = on(t.going) and t.at or 0
		if t.input == 0 then
			t.input, t.output = arg(10), arg(11)
			t.excess = t.output < 0 and -1 or p.excess
			t.output = t.excess < 0 and p.output or
			    t.output + t.excess
		end
		if ARGV[12 + shift] ~= '' then p.label = ARGV[12 + shift] end
		local look = ask(arg(8) > 0, arg(9) > 0)
		t.beat = now + look + 1000
		call('ZADD', HOSTS, now + HOST, ARGV[3])
		call('ZREMRANGEBYSCORE', HOSTS, 0, now)
		reply = { look, t.why, max(0, t.slot - now), t.limit,
		    t.window, call('ZCARD', HOSTS), stale() and 1 or 0 }
	elseif step == 'done' then
		keep = done(arg(8), arg(9) > 0, arg(10) > 0, arg(18), arg(19))
	elseif step == 'drop' then
		if on(t.going) then back() end
		leave()
		withdraw()
		keep = false
	end
	if keep then
		call('HSET', TICKETS, id, cmsgpack.pack(t))
		if not on(t.waits) and not on(t.going) then
			call('ZADD', ACTIVE, -(now + HOUR), id)
		end
	else
		call('HDEL', TICKETS, id)
	end
end

local ttl = max(0, p.hold - now)
for k = 1, 6 do
	ttl = max(ttl, floor((cell[k].base + cell[k].tail - us) / 1000))
end
ttl = step == 'check' and 1000 or min(ttl, 40 * 24 * HOUR) + HOUR
call('SET', PAGE, cmsgpack.pack(p), 'PX', ttl)
for i = 2, 5 do
	call('PEXPIRE', KEYS[i], ttl)
end
return reply
