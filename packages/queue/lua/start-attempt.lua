--[[
  Notes that the callback "running" is owed for an attempt that has started. Once, however often it is asked for, and
  only while the attempt is the newest of a task that has not ended.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: jobId, attempt

  Returns "owed", or "over"
]]
--- @include "clock"
--- @include "owe-callback"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local record = redis.call("HMGET", queue .. args.jobId, "ats", "finishedOn", "processedOn", "callbacks")
if tonumber(record[1] or 0) ~= args.attempt or record[2] or not record[3] or not record[4] then
  return "over"
end
local callbacks = cjson.decode(record[4])
local last = callbacks[#callbacks]
if not last or last.attempt < args.attempt then
  oweCallback(queue, own, args.jobId, record[4], "running", nowMs())
end
return "owed"
