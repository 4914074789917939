--[[
  The workers that have said lately that they live.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: silentMs

  Returns what is told of each, JSON
]]
local own = KEYS[2]
local args = cjson.decode(ARGV[1])
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ids = redis.call("ZRANGE", own .. "workers-seen", now - args.silentMs, "+inf", "BYSCORE")
if #ids == 0 then
  return {}
end
return redis.call("HMGET", own .. "workers", unpack(ids))
