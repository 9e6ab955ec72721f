-- Every condition is looked at before the first write: Redis takes nothing back. Arguments: prefix, number of
-- operations, topics, then eight for each operation.
local P, n = ARGV[1], tonumber(ARGV[2])
local function arg(i, j) return ARGV[3 + (i - 1) * 8 + j] end
local seen = {}
for i = 1, n do
  local kind, where, hex, expect = arg(i, 1), arg(i, 2), arg(i, 3), arg(i, 5)
  if kind == 'f' then
    local token = redis.pcall('HGET', P .. 'c:' .. where .. ':' .. hex, 't')
    if type(token) == 'table' then return {'corrupt', i - 1} end
    if token ~= expect then return {'lost', i - 1} end
  else
    local key = P .. 'r:' .. where .. ':' .. hex
    local current = redis.pcall('HGET', key, 'v')
    if type(current) == 'table' then return {'corrupt', i - 1} end
    if not current and redis.call('EXISTS', key) == 1 then return {'corrupt', i - 1} end
    if not seen[where] then
      local found = redis.call('TYPE', P .. 'i:' .. where).ok
      if found ~= 'zset' and found ~= 'none' then return {'corrupt', i - 1} end
      seen[where] = true
    end
    if expect == 'n' then return {'conflict', i - 1, arg(i, 7)} end
    local holds = expect == '' or (expect == 'a' and not current) or (expect == 'p' and current) or expect == current
    if not holds then return {'conflict', i - 1, current or ''} end
  end
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local out = {'ok'}
for i = 1, n do
  local kind, where, hex, member = arg(i, 1), arg(i, 2), arg(i, 3), arg(i, 4)
  local key, index, name = P .. 'r:' .. where .. ':' .. hex, P .. 'i:' .. where, where .. ':' .. hex
  if kind == 'p' then
    local ttl = arg(i, 8)
    redis.call('HSET', key, 'f', arg(i, 6), 'v', arg(i, 7))
    if ttl ~= '' then
      local at = string.format('%.0f', now + tonumber(ttl))
      redis.call('PEXPIREAT', key, at)
      redis.call('ZADD', P .. 'd', at, name)
    elseif redis.call('PERSIST', key) == 1 then
      redis.call('ZREM', P .. 'd', name)
    end
    if redis.call('ZADD', index, 0, member) == 1 then redis.call('SADD', P .. 'x', where) end
  elseif kind == 'd' or kind == 't' then
    if kind == 't' then
      local row = redis.call('HMGET', key, 'f', 'v')
      if row[2] then out[#out + 1] = {i - 1, row[1] or '', row[2], redis.call('PEXPIRETIME', key)} end
    end
    if redis.call('PTTL', key) >= 0 then redis.call('ZREM', P .. 'd', name) end
    redis.call('DEL', key)
    redis.call('ZREM', index, member)
  end
end
-- Of copies that nobody goes on with nothing is noted any more.
local stamp = string.format('%.0f', now)
for _, old in ipairs(redis.call('ZRANGEBYSCORE', P .. 'w', '-inf', stamp)) do
  redis.call('DEL', P .. 'w:' .. old)
  redis.call('ZREM', P .. 'w', old)
end
for _, id in ipairs(redis.call('ZRANGE', P .. 'w', 0, -1)) do
  for i = 1, n do
    local kind = arg(i, 1)
    if kind == 'p' or kind == 'd' or kind == 't' then
      redis.call('SADD', P .. 'w:' .. id, arg(i, 2) .. ':' .. arg(i, 3))
    end
  end
  redis.call('PEXPIRE', P .. 'w:' .. id, 1200000)
end
for topic in string.gmatch(ARGV[3], '%x+') do redis.call('PUBLISH', P .. 's', topic) end
return out
