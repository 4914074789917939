--[[
  Notes that the callback "running" is owed for an attempt that has started. Once, however often it is asked for, and
  only while the attempt is the newest of a task that has not ended. An attempt that was given back starts anew under the
  same number: its callback tells the new start, or another one does where the first may be on its way.

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
local startedOn = tonumber(record[3])
if last and last.attempt == args.attempt and last.startedOn == startedOn then
  return "owed"
end
local task = string.match(args.jobId, "^task%-(.*)@%d+$")
local due = redis.call("ZSCORE", own .. "callbacks-due", task)
if last and last.attempt == args.attempt and last.state == "pending" and due and tonumber(due) <= nowMs() then
  -- Nobody has claimed it yet.
  last.startedOn = startedOn
  redis.call("HSET", queue .. args.jobId, "callbacks", cjson.encode(callbacks))
else
  oweCallback(queue, own, args.jobId, record[4], "running", nowMs())
end
return "owed"
