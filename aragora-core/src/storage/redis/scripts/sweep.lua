-- Drops what is left of rows that have expired, oldest first, and of claims nobody can renew any more: prefix, limit.
local P, limit = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local due = redis.call('ZRANGEBYSCORE', P .. 'd', '-inf', now, 'LIMIT', 0, limit + 1)
local removed = 0
for i, name in ipairs(due) do
  if i > limit then break end
  local where, hex = name:match('^(.*):(%x*)$')
  local at = redis.call('PEXPIRETIME', P .. 'r:' .. name)
  if at == -2 then
    local member = hex:gsub('..', function(pair) return string.char(tonumber(pair, 16)) end)
    redis.call('ZREM', P .. 'i:' .. where, member)
    removed = removed + 1
  end
  if at < 0 then redis.call('ZREM', P .. 'd', name) else redis.call('ZADD', P .. 'd', at, name) end
end
redis.call('ZREMRANGEBYSCORE', P .. 'l', '-inf', now)
return {removed, #due > limit and 1 or 0}
