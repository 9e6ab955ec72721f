-- Before every script that writes: nobody writes to a store that was moved or is being moved.
local gate = redis.call('MGET', ARGV[1] .. 'moved', ARGV[1] .. 'hold')
if gate[1] then return redis.error_reply('ARMOVED ' .. gate[1]) end
if gate[2] then return redis.error_reply('ARFROZEN the store is being moved') end
