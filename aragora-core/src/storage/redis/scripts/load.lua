-- Rows as they were stored elsewhere: prefix, number, then six for each: table, key in hex, key, frame (empty where the
-- row is gone), revision, expiry in milliseconds or nothing.
local P, n = ARGV[1], tonumber(ARGV[2])
local function arg(i, j) return ARGV[2 + (i - 1) * 6 + j] end
redis.call('SET', P .. 'loading', '1')
for i = 1, n do
  local where, hex, member, frame, at = arg(i, 1), arg(i, 2), arg(i, 3), arg(i, 4), arg(i, 6)
  local name = where .. ':' .. hex
  local key, index = P .. 'r:' .. name, P .. 'i:' .. where
  redis.call('DEL', key)
  redis.call('ZREM', P .. 'd', name)
  if frame == '' then
    redis.call('ZREM', index, member)
  else
    redis.call('HSET', key, 'f', frame, 'v', arg(i, 5))
    if redis.call('ZADD', index, 0, member) == 1 then redis.call('SADD', P .. 'x', where) end
    if at ~= '' then
      redis.call('ZADD', P .. 'd', at, name)
      redis.call('PEXPIREAT', key, at)
    end
  end
end
return n
