--[[
  Finds the running tasks whose worker is gone, which is to say whose lock has expired, and queues each of them
  again or ends it. A task is only suspected on the first look, and lost on the next one: after an outage of
  Redis every lock has expired, and its living holders need a moment to take theirs again.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: intervalMs (between two looks of the whole fleet), jitter (0 to 1), lost and canceled
           (outcomes)
  ARGV[2]  the outcome `lost` as JSON, ARGV[3] `canceled`

  Returns {jobId, "requeued" | "failed" | "canceled", ...}, flat; empty where another worker
  looked just now
]]
--- @include "clock"
--- @include "record"
--- @include "end-task"
--- @include "requeue"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local now = nowMs()

if not redis.call("SET", own .. "reclaim-check", now, "NX", "PX", args.intervalMs) then
  return {}
end

local reclaimed = {}
local function report(jobId, verdict)
  reclaimed[#reclaimed + 1] = jobId
  reclaimed[#reclaimed + 1] = verdict
end

local function reclaim(jobId)
  local jobKey = queue .. jobId
  local record = readRecord(jobKey)
  if record.finishedOn then
    -- It has ended: only the way out of the set is missing.
    redis.call("LREM", queue .. "active", 1, jobId)
    redis.call("SREM", queue .. "stalled", jobId)
    return
  end
  local attempt = tonumber(record.ats or 0)
  local opts = cjson.decode(record.opts)
  redis.call("LREM", queue .. "active", 1, jobId)
  if record.cancelRequestedAt then
    endTask(queue, own, jobId, record, "active", now, args.canceled, ARGV[3], {})
    report(jobId, "canceled")
  elseif opts.attempts > attempt then
    rememberAttempt(jobKey, now, args.lost)
    requeue(queue, own, jobId, now, backoffMs(opts, attempt, args.jitter))
    report(jobId, "requeued")
  else
    endTask(queue, own, jobId, record, "active", now, args.lost, ARGV[2], {})
    report(jobId, "failed")
  end
end

local suspects = queue .. "stalled"
for _, jobId in ipairs(redis.call("LRANGE", queue .. "active", 0, -1)) do
  if redis.call("EXISTS", queue .. jobId .. ":lock") == 1 then
    redis.call("SREM", suspects, jobId)
  elseif redis.call("SADD", suspects, jobId) == 0 then
    if redis.call("EXISTS", queue .. jobId) == 1 then
      reclaim(jobId)
    else
      redis.call("LREM", queue .. "active", 1, jobId)
      redis.call("SREM", suspects, jobId)
    end
  end
end

return reclaimed
