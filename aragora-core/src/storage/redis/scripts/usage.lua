-- What one stretch of a table holds: prefix, table, from. Answers rows, bytes, expired and the last member looked at.
local P, where, from = ARGV[1], ARGV[2], ARGV[3]
local rows, bytes, expired = 0, 0, 0
local members = redis.call('ZRANGEBYLEX', P .. 'i:' .. where, from, '+', 'LIMIT', 0, 1000)
for _, member in ipairs(members) do
  local hex = member:gsub('.', function(c) return string.format('%02x', c:byte()) end)
  local length = redis.pcall('HSTRLEN', P .. 'r:' .. where .. ':' .. hex, 'f')
  rows = rows + 1
  if type(length) == 'number' then
    if length == 0 then expired = expired + 1 else bytes = bytes + #member + length end
  end
end
return {rows, bytes, expired, members[#members] or ''}
