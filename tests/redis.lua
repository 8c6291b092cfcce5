-- redis.lua CLOCK: a Redis server on stdin and stdout that can do no more than
-- limit.lua asks of it.  Its time is the number in the file CLOCK, in ms; so
-- the very script that Redis runs can be tested in virtual time.
-- A key without a TTL is an error.

local clock = assert(io.open(arg[1]))
clock:setvbuf('no')
local function time()
	clock:seek('set')
	return clock:read('*n')
end

local data, expiry = {}, {}	-- values and times by key
local scripts, wanted = {}, nil

local function get(key, kind)
	if expiry[key] and expiry[key] <= time() then
		data[key], expiry[key] = nil, nil
	end
	if kind and not data[key] then data[key] = {} end
	return data[key]
end

local function tidy(key)
	if type(data[key]) == 'table' and not next(data[key]) then
		data[key], expiry[key] = nil, nil
	end
end

local function sorted(z)
	local list = {}
	for id, score in pairs(z) do
		list[#list + 1] = { id, score }
	end
	table.sort(list, function(a, b)
		if a[2] ~= b[2] then return a[2] < b[2] end
		return a[1] < b[1]
	end)
	return list
end

-- The range of scores from least to most; "(" excludes the bound.
local function within(z, least, most)
	local function bound(s)
		s = tostring(s)
		local open = s:sub(1, 1) == '('
		if open then s = s:sub(2) end
		return s == '+inf' and math.huge or s == '-inf' and -math.huge or
		    assert(tonumber(s), s), open
	end
	local a, aopen = bound(least)
	local b, bopen = bound(most)
	local list = {}
	for _, x in ipairs(sorted(z)) do
		if (x[2] > a or (x[2] == a and not aopen)) and
		    (x[2] < b or (x[2] == b and not bopen)) then
			list[#list + 1] = x[1]
		end
	end
	return list
end

local function remove(key, ...)
	local z, n = get(key, 'z'), 0
	for _, id in ipairs({ ... }) do
		if z[id] then n = n + 1 end
		z[id] = nil
	end
	tidy(key)
	return n
end

local commands = {}
function commands.TIME()
	local now = time()
	return { tostring(math.floor(now / 1000)),
	    tostring(now % 1000 * 1000) }
end
function commands.GET(key) return get(key) or false end
function commands.SET(key, value, px, ttl)
	assert(px == 'PX' and ttl > 0 and ttl == math.floor(ttl), ttl)
	data[key], expiry[key] = value, time() + ttl
	return { ok = 'OK' }
end
function commands.PEXPIRE(key, ttl)
	assert(ttl > 0 and ttl == math.floor(ttl), ttl)
	if not get(key) then return 0 end
	expiry[key] = time() + ttl
	return 1
end
function commands.HGET(key, field)
	return (get(key) or {})[field] or false
end
function commands.HSET(key, field, value)
	get(key, 'h')[field] = value
	return 1
end
commands.HDEL, commands.ZREM = remove, remove
function commands.ZADD(key, score, id)
	get(key, 'z')[id] = assert(tonumber(score))
	return 1
end
function commands.ZCARD(key) return #sorted(get(key) or {}) end
function commands.ZCOUNT(key, least, most)
	return #within(get(key) or {}, least, most)
end
function commands.ZRANK(key, id)
	for i, x in ipairs(sorted(get(key) or {})) do
		if x[1] == id then return i - 1 end
	end
	return false
end
function commands.ZRANGE(key, from, to)
	assert(from == 0 and to == 0)
	local first
	for id, score in pairs(get(key) or {}) do
		if not first or score < first[2] or
		    (score == first[2] and id < first[1]) then
			first = { id, score }
		end
	end
	return first and { first[1] } or {}
end
function commands.ZRANGEBYSCORE(key, least, most, limit, from, n)
	local list = within(get(key) or {}, least, most)
	assert(limit == 'LIMIT' and from == 0 and n > 0)
	while #list > n do table.remove(list) end
	return list
end
function commands.ZREMRANGEBYSCORE(key, least, most)
	return remove(key, unpack(within(get(key, 'z'), least, most)))
end

-- Values are kept as tables: what is packed is copied, as by cmsgpack.
local function copy(x)
	if type(x) ~= 'table' then
		assert(x == x and x ~= math.huge and x ~= -math.huge)
		return x
	end
	local to = {}
	for k, v in pairs(x) do
		to[copy(k)] = copy(v)
	end
	return to
end

-- A script sees these globals only, and may not set any.
local globals = { redis = { call = function(name, key, ...)
	return assert(commands[name], name)(key, ...)
end }, cmsgpack = { pack = copy, unpack = copy }, math = math,
    unpack = unpack, tonumber = tonumber, ipairs = ipairs,
    setmetatable = setmetatable }

local function run(code, keys, args)
	local all = { KEYS = keys, ARGV = args }
	setfenv(code, setmetatable({}, { __index = function(_, name)
		local v = all[name]
		if v == nil then v = globals[name] end
		assert(v ~= nil, name)
		return v
	end, __newindex = function(_, name) error(name) end }))
	local result = code()
	for key, value in pairs(data) do
		assert(expiry[key], key .. ' does not expire')
		assert(type(value) == 'table')
	end
	return result
end

local function reply(x)
	if type(x) == 'number' then
		x = x < 0 and math.ceil(x) or math.floor(x)
		io.write((':%.0f\r\n'):format(x))
	elseif type(x) == 'string' then
		io.write('$', #x, '\r\n', x, '\r\n')
	elseif not x then
		io.write('$-1\r\n')
	else
		io.write('*', #x, '\r\n')
		for _, v in ipairs(x) do
			reply(v)
		end
	end
end

while true do
	local n = io.read('*l')
	if not n then break end
	local a = {}
	for i = 1, tonumber(n:match('%d+')) do
		local size = tonumber(io.read('*l'):match('%d+'))
		a[i] = size > 0 and io.read(size) or ''
		io.read(2)
	end
	local code, keys, args = scripts[a[2]], {}, {}
	if a[1] == 'EVAL' then
		code = assert(loadstring(a[2], '=limit.lua'))
		scripts[wanted] = code
	end
	wanted = a[2]
	for i = 4, #a do
		local to = i < 4 + a[3] and keys or args
		to[#to + 1] = a[i]
	end
	if not code then
		io.write('-NOSCRIPT No matching script.\r\n')
	else
		local ok, result = pcall(run, code, keys, args)
		if ok then
			reply(result)
		else
			io.stderr:write(tostring(result), '\n')
			io.write('-ERR ', (tostring(result):gsub('%c', ' ')),
			    '\r\n')
		end
	end
	io.flush()
end
