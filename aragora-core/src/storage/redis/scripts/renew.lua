-- Extends or, without milliseconds, gives up the lease of this token: prefix, name, token, milliseconds, milliseconds a
-- lapsed claim is kept.
local P, name, ttl, keep = ARGV[1], ARGV[2], ARGV[4], tonumber(ARGV[5])
local claim = P .. 'c:' .. name
if redis.call('HGET', claim, 't') ~= ARGV[3] then return '' end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ttl == '' then
  redis.call('DEL', claim)
  redis.call('ZREM', P .. 'l', name)
  return string.format('%.0f', now)
end
local until_ = string.format('%.0f', now + tonumber(ttl))
local forget = string.format('%.0f', now + tonumber(ttl) + keep)
redis.call('HSET', claim, 'u', until_)
redis.call('PEXPIREAT', claim, forget)
redis.call('ZADD', P .. 'l', forget, name)
return until_
