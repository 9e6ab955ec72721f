-- Holds writers off: prefix, who asks, begin|keep|end|moved, milliseconds, where to. A hold ends by itself.
local P, hold, what, ttl, to = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local moved = redis.call('GET', P .. 'moved')
if moved then return {'moved', moved} end
local holder = redis.call('GET', P .. 'hold')
if what == 'begin' and holder and holder ~= hold then return {'held', ''} end
if (what == 'keep' or what == 'moved') and holder ~= hold then return {'lapsed', ''} end
if what == 'begin' or what == 'keep' then
  redis.call('SET', P .. 'hold', hold, 'PX', ttl)
elseif holder == hold then
  if what == 'moved' then redis.call('SET', P .. 'moved', to) end
  redis.call('DEL', P .. 'hold')
end
return {'done', ''}
