-- One snapshot of many rows: 0 for none, 1 for a key that is not ours.
local P, out = ARGV[1], {}
for i = 2, #ARGV do
  local key = P .. 'r:' .. ARGV[i]
  local row = redis.pcall('HMGET', key, 'f', 'v')
  if row.err then
    out[#out + 1] = 1
  elseif row[1] and row[2] then
    out[#out + 1] = {row[1], row[2], redis.call('PEXPIRETIME', key)}
  else
    out[#out + 1] = redis.call('EXISTS', key)
  end
end
return out
