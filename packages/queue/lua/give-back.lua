--[[
  Puts a leased task of which nothing was started back to its place in line: its worker never received the lease, is
  about to stop, or its host cannot start processes. No attempt is used up. A task that is to be canceled ends instead.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: jobId, holder, attempt, startedOn (ms): the lease as the record has it. The attempt's number alone would
           also be that of the next lease after a give-back
  ARGV[2]  the outcome of a canceled task as JSON, as it is stored

  Returns "given-back", "canceled", or "changed": the record is no longer what it was
]]
--- @include "clock"
--- @include "record"
--- @include "end-task"
--- @include "line"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local jobKey = queue .. args.jobId
local record = readRecord(jobKey)
if record.pb ~= args.holder or tonumber(record.ats) ~= args.attempt or record.finishedOn
  or tonumber(record.processedOn) ~= args.startedOn
  or not redis.call("LPOS", queue .. "active", args.jobId) then
  return "changed"
end
-- Whether somebody is told that this attempt has started. A canceled task keeps it then.
local last = record.callbacks and cjson.decode(record.callbacks)
last = last and last[#last]
local isTold = last and last.attempt == args.attempt
if isTold and record.cancelRequestedAt then
  redis.call("HSET", jobKey, "ats", args.attempt)
else
  redis.call("HINCRBY", jobKey, "ats", -1)
  redis.call("HDEL", jobKey, "processedOn", "pb")
end
redis.call("LREM", queue .. "active", 1, args.jobId)
redis.call("DEL", jobKey .. ":lock")
redis.call("SREM", queue .. "stalled", args.jobId)
if record.cancelRequestedAt then
  endTask(queue, own, args.jobId, readRecord(jobKey), "active", nowMs(), cjson.decode(ARGV[2]), ARGV[2], {})
  return "canceled"
end
joinLine(queue, args.jobId, record.place, "active")
publishChange(own, args.jobId, record.lists, "queued")
return "given-back"
