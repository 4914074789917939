--[[
  The workers that have said lately that they live.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: silentMs

  Returns what is told of each, JSON
]]
--- @include "clock"
local own = KEYS[2]
local args = cjson.decode(ARGV[1])
local statuses = {}
for i, id in ipairs(redis.call("ZRANGE", own .. "workers-seen", nowMs() - args.silentMs, "+inf", "BYSCORE")) do
  statuses[i] = redis.call("HGET", own .. "workers", id)
end
return statuses
