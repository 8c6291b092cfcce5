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
-- user, how long ago the ticket's attempt began; then what the step needs.
--
-- Only durations come from the client and go to it, in ms.  Cells count from
-- 1: requests, tokens, input, output, and requests and tokens of long windows.

local PAGE, TICKETS, WAIT, ACTIVE, HOSTS = unpack(KEYS)
local step, id = ARGV[1], ARGV[2]
local call, floor, max, min = redis.call, math.floor, math.max, math.min
local HOUR, MINUTE, LONG = 3600000, 60000000, 1800000000
local HOLD, TURN, FIRST = 6, 7, 8	-- what a ticket waits for, or a cell's
local WHOLE, LIMITED, LATE = 0, 1, 2	-- how an attempt ended
local GUESS, MEASURED, AGAIN = 1, 2, 3	-- index from 0
local NEVER, ONE = 2^52, 1024
local LEASE, RENEW, HOST = 5000, 2000, 10000

local clock = call('TIME')
local now = clock[1] * 1000 + floor(clock[2] / 1000)
local us = now * 1000

-- A table with 0 for what it lacks.
local zero = { __index = function() return 0 end }
local function zeros(x)
	return setmetatable(x, zero)
end

local function arg(i)
	return tonumber(ARGV[i])
end

local p = call('GET', PAGE)
p = zeros(p and cmsgpack.unpack(p) or
    { label = '', fast = 10, cell = { {}, {}, {}, {}, {}, {} } })
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
	return s and zeros(cmsgpack.unpack(s))
end

-- The tail is the place of a ticket that has none of its own, because it was
-- reserved elsewhere or the server has lost it.
local function fresh()
	local x = zeros({ asked = now, span = {}, place = {}, era = {},
	    early = {}, told = {} })
	for k = 1, 6 do
		x.span[k], x.early[k] = 0, NEVER
		x.place[k], x.era[k] = cell[k].tail, cell[k].era
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

local function report(c, place, base, span, window)
	local sum, from, moved = c.estimated + span, c.from_place,
	    base - c.from_base
	c.estimated = sum
	if from ~= 0 and (sum < window / 32 or sum < span * 8) then return end
	c.from_place, c.from_base, c.estimated = place, base, 0
	if from == 0 or place <= from then return end
	local r, old = ratio(place - from + moved, sum), c.ratio
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
		t.early[k] = NEVER
		local skip = t.span[k] == 0 or not v or
		    (on(t.probe) and v.window > LONG) or
		    (guess and c.limit > 0 and c.rate == GUESS)
		if not skip and t.place[k] >= c.tail then
			t.place[k] = c.tail
			skip = on(t.refused) and not on(t.exact) and not v.own
		end
		if not skip then
			local more = (on(t.exact) or v.own) and 0 or
			    max(0, t.span[k] - reserve(k, v))
			local at = floor((c.base + t.place[k] - more -
			    v.burst + 999) / 1000)
			t.early[k] = (now - at) * 1000
			if at > t.slot then
				t.slot, t.why = at, k - 1
				t.limit, t.window = v.limit, v.window
			end
		end
	end
	t.slot = max(t.slot, now)
end

-- -- limit/lease.c --

-- A ticket that died while it waited returns what it has reserved, once all
-- before it have left.
local function bury()
	while true do
		local who = call('ZRANGE', WAIT, 0, 0)[1]
		local x = who and load(who)
		if not who or who == id or (x and x.beat >= now) then
			return
		end
		for k = 1, 6 do
			local c = cell[k]
			if x and x.era[k] == c.era then
				c.base = c.base - x.span[k]
			end
		end
		call('ZREM', WAIT, who)
		call('HDEL', TICKETS, who)
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
	if #dead > 0 then
		call('ZREM', ACTIVE, unpack(dead))
		call('HDEL', TICKETS, unpack(dead))
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

local function grow()
	local n = p.concurrency
	if n > 0 and n < 100000 then
		p.concurrency = n + (n < p.admitted + 2 and 1 / (2 * n) or 1)
	end
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

local function first(hurry)
	local stale, age = p.head == 0, now - p.start
	for k = 1, 6 do
		local c = cell[k]
		if c.limit > 0 then
			local window = max(c.window / 1000, 60000)
			if p.head - c.told > max(window, HOUR) then
				c.limit = 0
			end
			stale = stale or (now - c.told > window and
			    now - p.head > window)
		end
	end
	if not stale or hurry then return end
	t.why, t.slot = FIRST, now
	if now - p.probe >= 2000 then
		p.start = now
	else
		t.slot = p.probe + floor(1000 /
		    2 ^ (age < 7000 and floor(age / 1000) or 7))
	end
	if t.slot <= now then p.probe = now end
	return t.slot > now
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

-- When to ask again, in ms; 0: the ticket goes.  The longer it has to wait the
-- less often it looks: a step costs more here than on a page.
local function ask(hurry, going)
	if on(t.going) or going then
		t.at = on(t.going) and t.at or now
		t.going = true
		take()
		return RENEW
	end
	if not on(t.queued) and first(hurry) then
		return min(t.slot - now, max(50, min(500,
		    floor((now - t.asked) * 3 / 2))))
	end
	join()
	slots()
	if t.slot > now then
		wait()
		if overruled() then t.slot = t.last end
		local since = hearsay()
		if since then t.probe = probe(since) end
		if since and on(t.probe) then
			slots()
		elseif since then
			t.slot = min(t.slot, max(p.next, since + 60000))
		end
	end
	if t.slot > now and not guessed() then
		local left = t.slot - now
		-- how much faster slots came than told, as where less is
		-- counted than was reserved
		if t.left > 0 and now > t.looked then
			local fast = (t.left - left) / (now - t.looked)
			p.fast = (3 * p.fast + max(1, min(fast, 20))) / 4
		end
		t.left, t.looked = left, now
		return min(left, max(20, min(floor(left * 3 / 4 /
		    p.fast), 5000)))
	end
	local n = (hurry or t.last > 0) and 0 or most()
	if n > 0 then
		wait()
		local over = active() + rank() - n + 1
		if over > 0 then
			local usual = max(p.length, 50)
			t.why, t.slot = TURN, now + usual
			return max(50, min(floor(usual * over / n / 4), 2000))
		end
	end
	take()
	t.going, t.at = true, now
	return 0
end

-- -- limit/limit.c: head and done --

-- A busy client may have sent it long after its ticket went here.
local function decided()
	return min(now, max(t.at, now - arg(6)) + 300)
end

local function index(k, of)
	local long = k < 3 and (of.window > LONG / 1000 or (of.window < 0 and
	    cell[4 + k].limit == of.limit))
	return long and 4 + k or k
end

-- The bucket needs more margin than it has.
local function need(c, margin, window)
	margin = min(max(margin, floor(window / 500)), floor(window / 20))
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
		need(c, raise + floor(raise / 2) + floor(window / 500), window)
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
	if of.limit ~= old then c.from_place, c.estimated = 0, 0 end
	local changed = old > 0 and
	    math.abs(of.limit - old) > floor(of.limit / 4)
	if changed then c.era = c.era + 1 end
	local v = look(k)
	local anew = now - told > v.window / 1000
	c.told = now
	if of.left < 0 and counted then return end
	local left = max(of.left, -of.limit)
	local refused = not counted and not t.told[k] and left < cost(k)
	t.told[k] = true
	local crowd = t.early[k] > v.window / 64 or now <=
	    hold_last(p.held, p.hold)
	local place, taken = t.place[k], t.span[k]
	if t.era[k] ~= c.era then place, taken, crowd = c.tail, 0, true end
	local lack = span(of.limit - left, v.limit, v.window)
	local gone = lack + (counted and 0 or taken)
	local last = max(place, min(c.tail,
	    sent + floor(v.window / 1000) + v.burst - c.base))
	local latest = decided() * 1000 + gone - place
	local least = sent + gone - span(unit(k, left), v.limit, v.window) -
	    last
	if counted and not requests(k) and taken > 0 then
		report(c, place, latest, span(estimate(k), v.limit, v.window),
		    v.window)
	end
	local window = min(v.window, MINUTE)
	local margin, peak, reports = c.margin, c.peak, c.reports
	if changed then
		start(c, decided() * 1000 + lack - c.tail, window)
	else
		if anew or old == 0 then start(c, latest, window) end
		if refused and least <= c.base then
			need(c, c.margin + floor(c.margin / 2), window)
		end
		sync(c, least, crowd and NEVER or latest, window,
		    (now - told) * 1000, not counted)
	end
	if not anew and (c.since ~= 0 or t.early[k] == NEVER) then
		c.margin, c.peak, c.reports = margin, peak, reports
	end
	if anew or t.at >= c.since then c.since = anew and now or 0 end
end

-- Sends back what the ticket keeps for its next attempt, or ends it.
local function head(status, fixed, i)
	local counted = status ~= 429
	for kind = 1, 4 do
		local of = { limit = arg(i), left = arg(i + 1),
		    reset = arg(i + 2), window = arg(i + 3) }
		local k = index(kind, of)
		local c = cell[k]
		i = i + 4
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
			if fixed and of.left == 0 and of.reset > 0 and
			    of.reset <= 60000 then
				local v = look(k)
				c.base = max(c.base, (now + of.reset) * 1000 +
				    v.burst - t.place[k] -
				    span(1, v.limit, v.window))
			end
		end
	end
	if not counted then
		join()
	elseif status < 300 then
		unhold()
	end
	p.head = now
	t.headed = true
end

-- kind: of the limit that the text of the refusal names, or -1.
local function refuse(kind, of, asked, pause, refill)
	if kind >= 0 then
		if cell[kind + 1].limit == of.limit then of.window = -1 end
		local k = index(kind + 1, of)
		local c = cell[k]
		learn(k, of, false)
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
	if not on(t.explained) then share(active()) end
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
		average('length', now - t.at)
		if output >= 0 then average('output', output) end
		settle(input, output)
	elseif outcome == LIMITED then
		refuse(arg(10), { limit = arg(11), left = arg(12), reset = -1,
		    window = arg(13) }, arg(14), arg(15), arg(16))
	elseif outcome == LATE and sent and not on(t.headed) and
	    p.head > t.at then
		share(max(active(), most() - 1))
	end
	if outcome ~= LIMITED and sent then return end
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
		c.limit, c.told, c.ratio, c.from_place, c.estimated =
		    0, 0, 0, 0, 0
	end
	for _, name in ipairs({ 'hold', 'next', 'pause', 'head',
	    'concurrency', 'output', 'length' }) do
		p[name] = nil
	end
elseif step == 'used' then
	-- what a host sent while it could not reach the server
	for k = 1, 6 do
		local v = look(k)
		if v then
			cell[k].base = max(cell[k].base, us - cell[k].tail) +
			    span(arg(requests(k) and 7 or 8), v.limit,
			    v.window)
		end
	end
else
	expire()
	bury()
	if t.at == 0 then t.at = now - arg(6) end
	if step == 'ask' or step == 'check' then
		t.at = on(t.going) and t.at or 0
		if t.input == 0 then
			t.input, t.output = arg(9), arg(10)
			t.excess = t.output < 0 and -1 or p.excess
			t.output = t.excess < 0 and p.output or
			    t.output + t.excess
		end
		if ARGV[11] ~= '' then p.label = ARGV[11] end
		local again = ask(arg(7) > 0, arg(8) > 0)
		t.beat = now + again + 1000
		call('ZADD', HOSTS, now + HOST, ARGV[3])
		call('ZREMRANGEBYSCORE', HOSTS, 0, now)
		reply = { again, t.why, max(0, t.slot - now), t.limit,
		    t.window, call('ZCARD', HOSTS) }
		keep = true
	elseif step == 'head' then
		head(arg(7), arg(8) > 0, 9)
		keep = true
	elseif step == 'done' then
		keep = done(arg(7), arg(8) > 0, arg(9) > 0, arg(17), arg(18))
	else	-- drop
		leave()
		withdraw()
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
