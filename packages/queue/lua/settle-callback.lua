--[[
  Records what came of sending the callback at the head of a task's line: it leaves the line when it was delivered or has
  failed for good, else it is tried again later.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: head ("<job id> <seq>"), state ("delivered", "failed", or "pending": try again), delayMs (where it is to
           be tried again), answer (HTTP status, absent without one), detail (for people, absent where there
           is none)

  Returns "settled", or "changed": somebody else has settled it
]]
--- @include "clock"
--- @include "owe-callback"
--- @include "remove-execution"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local now = nowMs()
local jobId, seq = string.match(args.head, "^(%S+) (%d+)$")
local task = string.match(jobId, "^task%-(.*)@%d+$")
local line = own .. "callbacks:" .. task
if redis.call("LINDEX", line, 0) ~= args.head then
  return "changed"
end

local jobKey = queue .. jobId
local found = redis.call("HMGET", jobKey, "callbacks", "finishedOn")
local callbacks = cjson.decode(found[1] or "[]")
local pending = 0
for _, callback in ipairs(callbacks) do
  if callback.seq == tonumber(seq) then
    callback.state = args.state
    callback.tries = callback.tries + 1
    callback.triedAt = now
    callback.answer = args.answer
    callback.detail = args.detail
  end
  if callback.state == "pending" then
    pending = pending + 1
  end
end
if found[1] then
  redis.call("HSET", jobKey, "callbacks", cjson.encode(callbacks))
end

if args.state == "pending" then
  redis.call("ZADD", own .. "callbacks-due", now + args.delayMs, task)
  return "settled"
end
redis.call("LPOP", line)
if redis.call("LLEN", line) == 0 then
  redis.call("ZREM", own .. "callbacks-due", task)
else
  redis.call("ZADD", own .. "callbacks-due", now, task)
end
if args.state == "failed" and found[1] then
  redis.call("ZADD", own .. "callbacks-failed", now, jobId)
end
-- It was kept for its callbacks alone where its time was over before.
if pending == 0 and found[2] and not redis.call("ZSCORE", queue .. "completed", jobId)
  and not redis.call("ZSCORE", queue .. "failed", jobId) then
  removeExecution(queue, own, jobId)
end
return "settled"
