-- Ends the filling of a store: prefix, its identity, the token that leases go on from. Leases are gone.
local P, id, token = ARGV[1], ARGV[2], ARGV[3]
redis.call('SET', P .. 'id', id)
if tonumber(token) > tonumber(redis.call('GET', P .. 'fence') or '0') then redis.call('SET', P .. 'fence', token) end
for _, name in ipairs(redis.call('ZRANGE', P .. 'l', 0, -1)) do redis.call('DEL', P .. 'c:' .. name) end
redis.call('DEL', P .. 'l', P .. 'loading')
return 0
