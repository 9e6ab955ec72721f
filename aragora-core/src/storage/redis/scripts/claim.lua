-- A lease by name, or the first free rows of a range: prefix, table, owner, milliseconds, milliseconds a lapsed claim
-- is kept, then `n` with a key in hex, or `r` with from, to and limit. Tokens rise, also after a failover that lost
-- writes: none is below the time.
local P, where, owner, ttl, keep = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = math.floor(micros / 1000)
local until_ = string.format('%.0f', now + ttl)
local forget = string.format('%.0f', now + ttl + keep)
local out = {}
local function take(hex, revision, member)
  local name = where .. ':' .. hex
  local claim = P .. 'c:' .. name
  local lapses = redis.call('HGET', claim, 'u')
  if lapses and tonumber(lapses) > now then return false end
  local last = tonumber(redis.call('GET', P .. 'fence') or '0')
  local token = string.format('%.0f', math.max(last + 1, micros))
  redis.call('SET', P .. 'fence', token)
  redis.call('HSET', claim, 't', token, 'u', until_, 'o', owner)
  redis.call('PEXPIREAT', claim, forget)
  redis.call('ZADD', P .. 'l', forget, name)
  out[#out + 1] = {member, token, until_, revision or ''}
  return true
end
if ARGV[6] == 'n' then
  take(ARGV[7], redis.call('HGET', P .. 'r:' .. where .. ':' .. ARGV[7], 'v'), '')
  return out
end
local index, from, to, limit = P .. 'i:' .. where, '[' .. ARGV[7], '(' .. ARGV[8], tonumber(ARGV[9])
local looks = 0
while #out < limit and looks < 20000 do
  local members = redis.call('ZRANGEBYLEX', index, from, to, 'LIMIT', 0, 256)
  if #members == 0 then break end
  for _, member in ipairs(members) do
    if #out == limit then break end
    looks = looks + 1
    local hex = member:gsub('.', function(c) return string.format('%02x', c:byte()) end)
    local revision = redis.call('HGET', P .. 'r:' .. where .. ':' .. hex, 'v')
    if revision then take(hex, revision, member) end
  end
  from = '(' .. members[#members]
end
return out
