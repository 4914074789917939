--[[
  Holds a lease for another while, also one that lapsed where nobody else took the task.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  ARGV[1]  JSON: jobId, token, holder, attempt, leaseMs

  Returns "held", or "lost": somebody else has the task, or it has ended
]]
--- @include "record"
--- @include "lease"
local queue = KEYS[1]
local args = cjson.decode(ARGV[1])
if not holdsLease(queue, args, readRecord(queue .. args.jobId)) then
  return "lost"
end
redis.call("SET", queue .. args.jobId .. ":lock", args.token, "PX", args.leaseMs)
redis.call("SREM", queue .. "stalled", args.jobId)
return "held"
