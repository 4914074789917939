--[[
  Finds the running tasks whose worker is gone, which is to say whose lock has expired, and queues each of them
  again or ends it. A task is only suspected on the first look, and lost on the next one: after an outage of
  Redis every lock has expired, and its living holders need a moment to take theirs again.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: now (ms), intervalMs (between two looks of the whole fleet), lost and canceled (outcomes)
  ARGV[2]  the outcome `lost` as JSON, ARGV[3] `canceled`

  Returns {jobId, "requeued" | "failed" | "canceled", ...}, flat; empty where another worker looked just now
]]
--- @include "end-task"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])

if not redis.call("SET", own .. "reclaim-check", args.now, "NX", "PX", args.intervalMs) then
  return {}
end

local suspects = queue .. "stalled"
local reclaimed = {}
for _, jobId in ipairs(redis.call("LRANGE", queue .. "active", 0, -1)) do
  local jobKey = queue .. jobId
  if redis.call("EXISTS", jobKey .. ":lock") == 1 then
    redis.call("SREM", suspects, jobId)
  elseif redis.call("SADD", suspects, jobId) == 0 then
    redis.call("LREM", queue .. "active", 1, jobId)
    redis.call("SREM", suspects, jobId)
    local record = redis.call("HMGET", jobKey, "ats", "opts", "cancelRequestedAt", "name")
    local verdict = nil
    if record[4] then
      local attemptsLeft = cjson.decode(record[2]).attempts - tonumber(record[1] or 0)
      if record[3] then
        verdict = "canceled"
        endTask(queue, own, jobId, "active", args.now, args.canceled, ARGV[3], "", "")
      elseif attemptsLeft > 0 then
        verdict = "requeued"
        redis.call("HDEL", jobKey, "processedOn")
        redis.call("RPUSH", queue .. "wait", jobId)
        redis.call("ZADD", queue .. "marker", 0, "0")
        redis.call("XADD", queue .. "events", "*", "event", "waiting", "jobId", jobId, "prev", "active")
      else
        verdict = "failed"
        endTask(queue, own, jobId, "active", args.now, args.lost, ARGV[2], "", "")
      end
      reclaimed[#reclaimed + 1] = jobId
      reclaimed[#reclaimed + 1] = verdict
    end
  end
end
return reclaimed
