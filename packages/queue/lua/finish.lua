--[[
  Records how an attempt ended: ends the task, or queues it for its next attempt where it failed and has one
  left. Only the lease holder may: the one whose token the lock has, or, where the lock lapsed in an outage,
  the one whose attempt is still the record's newest. Doing it twice does no harm.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: jobId, token, holder, attempt, now (ms), jitter (0 to 1), outcome, canceled (the outcome where
           the task was to be canceled and has attempts left), entries and drop (the last of the output, see
           append-entries), parts (instead of them: the whole output is in stdout and stderr, in this order; empty
           where it is not)
  ARGV[2]  the outcome as JSON, as it is stored; ARGV[3] `canceled`
  ARGV[4]  stdout, ARGV[5] stderr: what the task keeps of the output
  ARGV[6 ...]  the bytes of each entry

  Returns the status in which it ended, "requeued", or "lost": somebody else took the task over, the outcome counts
  for nothing
]]
--- @include "lease"
--- @include "append-entries"
--- @include "publish-change"
--- @include "owe-callback"
--- @include "end-task"
--- @include "requeue"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local jobKey = queue .. args.jobId
local outcome, outcomeJson = args.outcome, ARGV[2]

-- The answer to the same call may have been lost on its way.
local record = redis.call("HMGET", jobKey, "outcome", "opts", "cancelRequestedAt")
local recorded = record[1]
if recorded == outcomeJson then
  return outcome.status
end
if recorded and recorded == ARGV[3] then
  return args.canceled.status
end
if not holdsLease(queue, args) then
  return "lost"
end

if #args.entries > 0 then
  appendEntries(own, args, 6)
end
if args.parts ~= "" then
  redis.call("HSET", jobKey, "outputParts", args.parts)
end
local opts = cjson.decode(record[2])
if outcome.status == "failed" and opts.attempts > args.attempt then
  if not record[3] then
    rememberAttempt(jobKey, args.now, outcome)
    redis.call("LREM", queue .. "active", -1, args.jobId)
    redis.call("DEL", jobKey .. ":lock")
    -- A shutdown says nothing against the task: another worker may have it at once.
    local delayMs = outcome.reason == "shutdown" and 0 or backoffMs(opts, args.attempt, args.jitter)
    requeue(queue, own, args.jobId, args.now, delayMs)
    return "requeued"
  end
  outcome, outcomeJson = args.canceled, ARGV[3]
end
endTask(queue, own, args.jobId, "active", args.now, outcome, outcomeJson, ARGV[4], ARGV[5])
redis.call("LREM", queue .. "active", -1, args.jobId)
redis.call("DEL", jobKey .. ":lock")
return outcome.status
