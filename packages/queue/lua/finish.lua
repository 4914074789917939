--[[
  Records how an attempt ended. Only the lease holder may: the one whose token the lock has, or, where the lock
  lapsed in an outage, the one whose attempt is still the record's newest. Doing it twice does no harm.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: jobId, token, holder, attempt, now (ms), outcome
  ARGV[2]  the outcome as JSON, as it is stored
  ARGV[3]  stdout, ARGV[4] stderr: what is kept of the output

  Returns "recorded", or "lost": somebody else took the task over, the outcome counts for nothing
]]
--- @include "lease"
--- @include "end-task"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local jobKey = queue .. args.jobId

-- The answer to the same call may have been lost on its way.
if redis.call("HGET", jobKey, "outcome") == ARGV[2] then
  return "recorded"
end
if not holdsLease(queue, args) then
  return "lost"
end
redis.call("LREM", queue .. "active", -1, args.jobId)
redis.call("DEL", jobKey .. ":lock")
endTask(queue, own, args.jobId, "active", args.now, args.outcome, ARGV[2], ARGV[3], ARGV[4])
return "recorded"
