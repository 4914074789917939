--[[
  Cancels a task's newest execution: at once where no worker has it. Else it records the cancel request and
  tells the workers: the one that has the task stops and ends it.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: encodedId, outcome
  ARGV[2]  the outcome as JSON, as it is stored where the task ends at once

  Returns
    {"missing"}
    {"ended", execution, record}      it had ended: unchanged
    {"canceled", execution, record}   it waited, and has ended now
    {"requested", execution, record}  a worker has it
]]
--- @include "clock"
--- @include "newest-execution"
--- @include "record"
--- @include "end-task"
--- @include "line"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local now = nowMs()

local execution = newestExecution(queue, own, args.encodedId)
local jobId = jobIdOf(args.encodedId, execution)
local jobKey = queue .. jobId
local record = readRecord(jobKey)
if not record.name then
  return {"missing"}
end
if record.finishedOn then
  return {"ended", execution, redis.call("HGETALL", jobKey)}
end

redis.call("HSETNX", jobKey, "cancelRequestedAt", now)

local previous = leaveLine(queue, jobId)
if previous == nil then
  redis.call("PUBLISH", own .. "cancel", jobId)
  publishChange(own, jobId, record.lists, "cancel-requested")
  return {"requested", execution, redis.call("HGETALL", jobKey)}
end
endTask(queue, own, jobId, record, previous, now, args.outcome, ARGV[2], {})
return {"canceled", execution, redis.call("HGETALL", jobKey)}
