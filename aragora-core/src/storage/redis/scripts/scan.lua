-- One page: prefix, table, from, to, direction, limit, bytes. Members whose row has expired are dropped. Answers `end`,
-- `more`, or `again` with the last member after many dead ones, so that nobody waits long for one page.
local P, where, from, to, down = ARGV[1], ARGV[2], '[' .. ARGV[3], '(' .. ARGV[4], ARGV[5] == 'd'
local limit, most = tonumber(ARGV[6]), tonumber(ARGV[7])
local index, rows, bytes, dead = P .. 'i:' .. where, {}, 0, 0
local chunk = math.min(limit + 1, 256)
local function hex(text)
  return (text:gsub('.', function(c) return string.format('%02x', c:byte()) end))
end
while true do
  local members
  if down then
    members = redis.call('ZREVRANGEBYLEX', index, to, from, 'LIMIT', 0, chunk)
  else
    members = redis.call('ZRANGEBYLEX', index, from, to, 'LIMIT', 0, chunk)
  end
  if #members == 0 then return {'end', rows, ''} end
  for _, member in ipairs(members) do
    local key = P .. 'r:' .. where .. ':' .. hex(member)
    local row = redis.pcall('HMGET', key, 'f', 'v')
    local found = row.err or row[1] or row[2] or redis.call('EXISTS', key) == 1
    if not found then
      redis.call('ZREM', index, member)
      dead = dead + 1
    else
      local sound = not row.err and row[1] and row[2]
      bytes = bytes + #member + (sound and #row[1] or 0)
      if #rows >= limit or (#rows > 0 and bytes > most) then return {'more', rows, ''} end
      if sound then
        rows[#rows + 1] = {member, row[1], row[2], redis.call('PEXPIRETIME', key)}
      else
        rows[#rows + 1] = {member}
      end
    end
    if dead > 2000 then return {'again', rows, member} end
  end
  if down then to = '(' .. members[#members] else from = '(' .. members[#members] end
end
