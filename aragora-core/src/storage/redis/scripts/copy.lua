-- A copy under way: prefix, begin|keep|drain|end, its name, milliseconds it may pause. From its beginning every batch
-- notes the keys it writes. `drain` gives some of them as they are now; `end` gives the last of them and stops noting,
-- in one step, so that all rows together are the state of that moment, or answers `more` if they are too many.
local P, what, id, pause = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local names, most, limit = P .. 'w:' .. id, 4194304, 256
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if what == 'begin' then
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', P .. 'w', '-inf', string.format('%.0f', now))) do
    redis.call('DEL', P .. 'w:' .. old)
    redis.call('ZREM', P .. 'w', old)
  end
else
  local until_ = redis.call('ZSCORE', P .. 'w', id)
  if not until_ or tonumber(until_) <= now then return {'lapsed', {}, ''} end
end
redis.call('ZADD', P .. 'w', string.format('%.0f', now + pause), id)
redis.call('PEXPIRE', names, string.format('%.0f', 2 * pause))
if what == 'begin' or what == 'keep' then return {'ok', {}, ''} end
if what == 'end' and redis.call('SCARD', names) > limit then return {'more', {}, ''} end
local rows, bytes = {}, 0
while #rows < limit and (bytes < most or what == 'end') do
  local name = redis.call('SPOP', names)
  if not name then break end
  local key = P .. 'r:' .. name
  local row = redis.pcall('HMGET', key, 'f', 'v')
  if not row.err and row[1] and row[2] then
    bytes = bytes + #row[1]
    rows[#rows + 1] = {name, row[1], row[2], redis.call('PEXPIRETIME', key)}
  elseif row.err or redis.call('EXISTS', key) == 1 then
    rows[#rows + 1] = {name, 0}
  else
    rows[#rows + 1] = {name}
  end
end
if what == 'end' then
  redis.call('ZREM', P .. 'w', id)
  redis.call('DEL', names)
end
return {'ok', rows, redis.call('GET', P .. 'fence') or '0'}
