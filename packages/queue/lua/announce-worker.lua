--[[
  Says that a worker lives, and forgets the workers that have been silent for long.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: id, gone (whether it says good-bye), silentMs (after which it is forgotten)
  ARGV[2]  what is told of it, JSON

  Returns nothing
]]
--- @include "clock"
local own = KEYS[2]
local args = cjson.decode(ARGV[1])
local now = nowMs()
if args.gone then
  redis.call("HDEL", own .. "workers", args.id)
  redis.call("ZREM", own .. "workers-seen", args.id)
else
  redis.call("HSET", own .. "workers", args.id, ARGV[2])
  redis.call("ZADD", own .. "workers-seen", now, args.id)
end
for _, id in ipairs(redis.call("ZRANGE", own .. "workers-seen", "-inf", now - args.silentMs, "BYSCORE")) do
  redis.call("HDEL", own .. "workers", id)
  redis.call("ZREM", own .. "workers-seen", id)
end
